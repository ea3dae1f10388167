package phone82.platform.audit;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

import java.time.Duration;

/**
 * The retention of the audit.
 *
 * @param keep      age at which files are deleted; rounded to days
 * @param fileSize  size at which a new file begins
 * @param totalSize size of all files of a process, above which the oldest ones are deleted
 * @param console   whether the log shows all entries, not only refusals, logins, and what operators do at their port or by commands
 */
@ConfigurationProperties("phone82.audit")
public record AuditSettings(Duration keep, DataSize fileSize, DataSize totalSize, boolean console) {
}
