package phone82.load;

import com.sun.management.OperatingSystemMXBean;

import java.io.IOException;
import java.lang.management.ManagementFactory;

/**
 * The machine and the commit of a run.
 *
 * @param loadBefore the load average of the minute before
 * @param commit of the checkout, with "+" if files differ from it; null without git
 */
record Machine(int cores, long megabytes, String system, String java, double loadBefore, String commit) {

    static Machine now() throws IOException, InterruptedException {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new Machine(system.getAvailableProcessors(), system.getTotalMemorySize() >> 20,
                system.getName() + " " + system.getVersion() + " " + system.getArch(),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
                system.getSystemLoadAverage(), checkedOut());
    }

    private static String checkedOut() throws InterruptedException {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty=+", "--exclude=*").start();
            String printed = git.inputReader().readLine();
            return git.waitFor() == 0 ? printed : null;
        } catch (IOException e) {
            return null;
        }
    }
}
