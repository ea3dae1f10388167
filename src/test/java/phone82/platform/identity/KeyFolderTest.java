package phone82.platform.identity;

import com.nimbusds.jose.jwk.ECKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The folder through which the contexts on one machine exchange their public keys. */
class KeyFolderTest {

    @TempDir
    Path data;

    @Test
    void a_key_is_made_once() {
        ECKey app = folder().require("app");

        assertThat(folder().require("app").toJSONString()).isEqualTo(app.toJSONString());
        assertThat(folder().require("pay").toJSONString()).isNotEqualTo(app.toJSONString());
    }

    @Test
    void contexts_that_start_at_once_agree() {
        List<String> keys = IntStream.range(0, 16).parallel()
                .mapToObj(i -> folder().require(i % 2 == 0 ? "app" : "pay").toJSONString()).distinct().toList();

        assertThat(keys).hasSize(2);
    }

    @Test
    void others_know_each_other_also_those_that_start_later() {
        TokenVerifier pay = new TokenVerifier("pay", folder());
        folder().require("pay");
        assertThatThrownBy(() -> pay.verify(new TokenMinter("app", TokensTest.key("app")).token("pay"))).hasMessageContaining("not valid");

        assertThat(pay.verify(new TokenMinter("app", folder().require("app")).token("pay")).issuer()).isEqualTo("app");
    }

    @Test
    void a_key_that_was_replaced_is_trusted_no_more() throws IOException {
        TokenMinter old = new TokenMinter("app", folder().require("app"));
        Files.delete(data.resolve("identity/app.key.json"));
        TokenMinter young = new TokenMinter("app", folder().require("app"));
        TokenVerifier pay = new TokenVerifier("pay", folder());

        assertThat(pay.verify(young.token("pay")).issuer()).isEqualTo("app");
        assertThatThrownBy(() -> pay.verify(old.token("pay"))).hasMessageContaining("not valid");
    }

    @Test
    void only_the_owner_reads_them() throws IOException {
        folder().require("app");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("identity")))).isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("identity/app.key.json")))).isEqualTo("rw-------");
        assertThat(data.resolve("identity/trusted.json")).content().contains("app.").doesNotContain("\"d\"");
        try (Stream<Path> files = Files.list(data.resolve("identity"))) {
            assertThat(files).extracting(file -> file.getFileName().toString())
                    .containsExactlyInAnyOrder(".lock", "app.key.json", "trusted.json");
        }
    }

    private KeyFolder folder() {
        return new KeyFolder(data.resolve("identity"));
    }
}
