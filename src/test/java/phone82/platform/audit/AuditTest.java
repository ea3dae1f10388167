package phone82.platform.audit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.unit.DataSize;
import phone82.platform.api.Json;
import phone82.platform.audit.Audit.Entry;
import phone82.platform.audit.Audit.Erased;
import phone82.platform.audit.Audit.Query;
import phone82.platform.identity.Guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The files of the audit: what is written, read, deleted and erased, and what happens if they cannot be written. */
@ExtendWith(OutputCaptureExtension.class)
class AuditTest {

    private static final AuditSettings SETTINGS = new AuditSettings(Duration.ofDays(365), DataSize.ofMegabytes(16), DataSize.ofGigabytes(1), false);
    private static final Actor KIM = Actor.of("kim", Set.of("customer"));
    private static final List<String> RESULTS = List.of("403", "409", "422", "500", "503", "closed");
    private static final String ID = "a".repeat(32);

    @TempDir
    Path parent;

    private final List<Audit> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(Audit::close);
    }

    @Test
    void anEntryIsOneLineOfJsonThatOnlyItsOwnerCanRead() throws IOException {
        open("app").write(new Entry("app", KIM, "app-place-order", "12", "201", ID));

        assertThat(Files.readString(file("app"))).matches("\\{\"time\":\"[-\\dT:.]+Z\",\"context\":\"app\",\"subject\":\"kim\",\"roles\":\\[\"customer\"],"
                + "\"action\":\"app-place-order\",\"target\":\"12\",\"result\":\"201\",\"correlationId\":\"a{32}\"}\n");
        assertThat(Files.getPosixFilePermissions(file("app"))).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(folder())).isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void noInputForgesALineOrADirection(CapturedOutput log) throws IOException {
        open("app").write(new Entry("app", Actor.of("kim\n{\"subject\":\"lee\"}\u202e\u2028\u001b[2J", Set.of("customer")), "app-place-order", "x".repeat(5000), "403", ID));

        assertThat(Files.readAllLines(file("app"))).singleElement().asString().contains("kim\\\\n{\\\"subject\\\"").contains("\\\\u202e\\\\u2028\\\\u001b")
                .doesNotContain("\u202e", "\u2028", "\u001b").hasSizeLessThan(1000);
        assertThat(log.getOut()).contains("kim\\n{").doesNotContain("\u202e", "\u001b[2J");
    }

    @Test
    void theLogShowsRefusalsLoginsAndOperators(CapturedOutput log) {
        Audit audit = open("app");
        audit.write(new Entry("app", KIM, "app-place-order", "1", "201", ID));
        audit.write(new Entry("store", Actor.system("store"), "Shipped", "2", "done", ID));
        audit.write(new Entry("gateway", KIM, "login", null, "302", ID));
        audit.write(new Entry("pay", Actor.of("operator", Set.of("service:operator")), "pay-retry-refund", "3", "200", ID));
        audit.write(new Entry("app", KIM, "pay-list-refunds", null, "403", ID));

        assertThat(log.getOut().lines().filter(line -> line.contains(ID)).map(line -> line.replaceFirst(".*audit(:| --) *", "").replaceFirst(" \\(.*", "")))
                .containsExactly("kim [customer] login : 302", "operator [service:operator] pay-retry-refund 3: 200", "kim [customer] pay-list-refunds : 403");
    }

    @Test
    void theNewestEntriesAreReadByFilterAcrossFilesAndProcesses() throws IOException {
        Audit app = open(new AuditSettings(Duration.ofDays(365), DataSize.ofKilobytes(1), DataSize.ofGigabytes(1), false), "app");
        Audit store = open("store");
        Instant now = Instant.now();
        for (int i = 0; i < 40; i++) {
            // the clock of a machine may be set back meanwhile
            Actor actor = i % 2 == 0 ? KIM : Actor.of("lee", Set.of("operator"));
            (i % 4 == 0 ? store : app).write(at(now.plusMillis(i), new Entry("app", actor, "act", String.valueOf(i), "200", i < 20 ? ID : "b".repeat(32))));
        }
        assertThat(files()).as("a file is full after some entries").hasSizeGreaterThan(2);

        assertThat(app.read(new Query(null, null, null, null, 5))).extracting(Entry::target).containsExactly("39", "38", "37", "36", "35");
        assertThat(app.read(new Query("kim", ID, null, null, 3))).extracting(Entry::target).containsExactly("18", "16", "14");
        assertThat(app.read(new Query("lee", null, "7", null, 3))).extracting(Entry::target).containsExactly("7");
        assertThat(store.read(new Query(null, null, null, app.read(new Query(null, null, "7", null, 1)).get(0).time(), 2))).extracting(Entry::target).containsExactly("6", "5");
    }

    @Test
    void theOldestFilesAreDeletedAboveTheTotalSize() throws IOException {
        AuditSettings small = new AuditSettings(Duration.ofDays(365), DataSize.ofKilobytes(1), DataSize.ofKilobytes(4), false);
        Audit app = open(small, "app");
        for (int i = 0; i < 200; i++) {
            app.write(new Entry("app", KIM, "act", String.valueOf(i), "200", ID));
        }
        app.close();
        Audit again = open(small, "app");

        // files are deleted by a thread of their own
        await().untilAsserted(() -> assertThat(files().stream().mapToLong(file -> file.toFile().length()).sum()).isLessThan(8_000));
        assertThat(again.read(new Query(null, null, null, null, 1))).extracting(Entry::target).containsExactly("199");
    }

    /** Logback starts a search for old files with each new file. */
    @Test
    void noFileIsDeletedBeforeItsTimeWhenManyBecomeFullAtOnce() throws IOException {
        Audit app = open(new AuditSettings(Duration.ofDays(10), DataSize.ofKilobytes(1), DataSize.ofGigabytes(1), false), "app");
        for (int i = 0; i < 600; i++) {
            app.write(new Entry("app", KIM, "act", String.valueOf(i), "200", ID));
        }
        app.close();

        assertThat(open("store").read(new Query(null, null, null, null, 1000))).hasSize(600);
    }

    @Test
    void anonymousRefusalsCannotDisplaceEverythingElse() throws IOException {
        Audit app = open("app");
        Instant now = Instant.now();
        for (int i = 0; i < 1000; i++) {
            app.write(at(now, new Entry("app", Actor.NOBODY, "GET", null, "401", ID)));
        }
        app.write(at(now.plusMillis(1), new Entry("app", KIM, "app-place-order", "1", "201", ID)));

        List<Entry> entries = app.read(new Query(null, null, null, null, 1000));
        assertThat(entries).hasSizeLessThan(50);
        assertThat(entries.get(0).subject()).isEqualTo("kim");
        assertThat(entries.size() - 1 + entries.stream().mapToLong(entry -> entry.omitted() == null ? 0 : entry.omitted()).sum()).isEqualTo(1000);
    }

    @Test
    void guestsCannotDisplaceEverythingElse() throws IOException {
        assertOthersAreKept(i -> new Entry("app", Actor.of(Guest.subject("A".repeat(43 - String.valueOf(i).length()) + i), Set.of("guest")),
                "app-place-order", null, RESULTS.get(i % RESULTS.size()), ID), 10);
    }

    @Test
    void aCustomerCannotDisplaceEverythingElse() throws IOException {
        assertOthersAreKept(i -> new Entry("app", KIM, "app-place-order", null, RESULTS.get(i % RESULTS.size()), ID), 10);
    }

    /** Each may have changed something. */
    @Test
    void aDealerWhoHangsUpIsRecorded() throws IOException {
        Audit store = open("store");
        for (int i = 0; i < 100; i++) {
            store.write(new Entry("store", Actor.of("park", Set.of("dealer")), "store-ship", String.valueOf(i), "closed", ID));
        }

        assertThat(store.read(new Query(null, null, null, null, 1000))).hasSize(100);
    }

    /** What succeeds once and then changes nothing: the cancellation of a cancelled order, an order under a used key, a logout. */
    @Test
    void repetitionsCannotDisplaceEverythingElse() throws IOException {
        assertOthersAreKept(i -> new Entry("app", KIM, "app-cancel-order", String.valueOf(i % 100), "200", ID), 110);
    }

    @Test
    void repetitionsOfGuestsCannotDisplaceEverythingElse() throws IOException {
        assertOthersAreKept(i -> new Entry("app", Actor.of(Guest.subject("A".repeat(42) + i % 10), Set.of("guest")), "app-cancel-order", String.valueOf(i % 10), "200", ID), 20);
    }

    @Test
    void repetitionsOfStrangersCannotDisplaceEverythingElse() throws IOException {
        assertOthersAreKept(i -> new Entry("gateway", Actor.NOBODY, "logout", null, "200", ID), 11);
    }

    static Stream<Actor> actorsOfRecordedRepetitions() {
        return Stream.of(Actor.of("olga", Set.of("operator")), Actor.of("dan", Set.of("dealer")), Actor.of("dan", Set.of("customer", "dealer")), Actor.operator(), Actor.system("pay"));
    }

    @ParameterizedTest
    @MethodSource("actorsOfRecordedRepetitions")
    void everyChangeOfOperatorsDealersAndTheSystemIsRecorded(Actor actor) throws IOException {
        assertOthersAreKept(i -> new Entry("store", actor, "store-pause-delivery", "7", "200", ID), 1000);
    }

    @Test
    void everyNewChangeOfACustomerIsRecorded() throws IOException {
        assertOthersAreKept(i -> new Entry("app", KIM, i % 2 == 0 ? "app-place-order" : "app-cancel-order", String.valueOf(100 + i / 2), i % 2 == 0 ? "201" : "200", ID), 1000);
    }

    @Test
    void aRepetitionNowAndThenIsRecorded() throws IOException {
        Audit app = open("app");
        Instant now = Instant.now();
        for (int i = 0; i < 1000; i++) {
            app.write(at(now.plusMillis(i * 100L), new Entry("app", KIM, "app-cancel-order", "1", "200", ID)));
        }

        assertThat(app.read(new Query(null, null, null, null, 2000))).hasSize(1000).allMatch(entry -> entry.omitted() == null);
    }

    /** Writes the 1,000 entries in one second, and one of an operator between them; so many of the 1,000 are recorded, and the others counted. */
    private void assertOthersAreKept(IntFunction<Entry> flood, int recorded) throws IOException {
        Audit app = open("app");
        Instant now = Instant.now();
        for (int i = 0; i < 1000; i++) {
            app.write(at(now, flood.apply(i)));
            if (i == 500) {
                app.write(at(now, new Entry("app", Actor.of("olga", Set.of("operator")), "app-cancel-order", "1", "409", ID)));
            }
        }
        app.write(at(now, new Entry("app", KIM, "app-place-order", "1", "201", ID)));

        List<Entry> entries = app.read(new Query(null, null, null, null, 2000));
        assertThat(entries).filteredOn(entry -> "olga".equals(entry.subject()) && entry.result().equals("409")).hasSize(1);
        assertThat(entries).filteredOn(entry -> "1".equals(entry.target()) && entry.result().equals("201")).hasSize(1);
        assertThat(entries).hasSize(recorded + 2);
        assertThat(entries.size() - 2 + entries.stream().mapToLong(entry -> entry.omitted() == null ? 0 : entry.omitted()).sum()).isEqualTo(1000);
    }

    private static Entry at(Instant time, Entry entry) {
        return new Entry(time, entry.context(), entry.subject(), entry.roles(), entry.action(), entry.target(), entry.result(), entry.correlationId(), null);
    }

    @Test
    void aSecondProcessOfTheSameNameHasAFileOfItsOwn() throws IOException {
        open("app").write(new Entry("app", KIM, "act", "1", "200", ID));
        open("app").write(new Entry("app", KIM, "act", "2", "200", ID));

        assertThat(Files.readString(file("app"))).contains("\"1\"").doesNotContain("\"2\"");
        assertThat(Files.readString(file("app_2"))).contains("\"2\"");
    }

    @Test
    void anErasedUserIsInNoFile() throws IOException {
        Audit stopped = open("app");
        stopped.write(new Entry("app", KIM, "act", "1", "200", ID));
        stopped.close();
        Audit store = open("store");
        store.write(new Entry("store", Actor.of("kimberly", Set.of("customer")), "act", "2", "200", ID));
        store.write(new Entry("store", KIM, "act", "3", "200", ID));
        Audit pay = open("pay");
        pay.write(new Entry("pay", KIM, "act", "4", "200", ID));

        assertThat(erase(store, "kim")).as("its own file, and that of the stopped process").isEqualTo(2);
        assertThat(erase(pay, "kim")).isEqualTo(1);
        assertThat(erase(pay, "kim")).isZero();
        store.write(new Entry("store", KIM, "act", "5", "200", ID));

        assertThat(pay.read(new Query("erased-1", null, null, null, 9))).extracting(Entry::target).containsExactly("4", "3", "1");
        assertThat(pay.read(new Query("kim", null, null, null, 9))).extracting(Entry::target).containsExactly("5");
        assertThat(pay.read(new Query("kimberly", null, null, null, 9))).extracting(Entry::target).containsExactly("2");
        assertThat(Files.getPosixFilePermissions(file("store"))).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void theSystemIsNotErased() throws IOException {
        Audit store = open("store");
        store.write(new Entry("store", Actor.system("store"), "Shipped", "1", "done", ID));

        assertThat(erase(store, "system")).isZero();
    }

    @Test
    void twoErasuresAtOnceLoseNoEntry() throws Exception {
        Audit app = manyFiles("app", 600);

        CompletableFuture<Long> kims = CompletableFuture.supplyAsync(() -> erase(app, "kim"));
        CompletableFuture<Long> lees = CompletableFuture.supplyAsync(() -> erase(app, "lee"));

        assertThat(kims.get(30, TimeUnit.SECONDS)).isEqualTo(300);
        assertThat(lees.get(30, TimeUnit.SECONDS)).isEqualTo(300);
        assertThat(app.read(new Query("erased-1", null, null, null, 1000))).extracting(Entry::target).doesNotHaveDuplicates().hasSize(600);
    }

    @Test
    void anErasureWithoutAMatchCopiesNoFile() throws IOException {
        Audit app = manyFiles("app", 40);
        for (Path file : files()) {
            Files.createDirectory(Path.of(file + ".draft"));
        }

        assertThat(erase(app, "ann")).isZero();
        assertThatThrownBy(() -> app.erase("kim", "erased-1", null, Duration.ZERO)).isInstanceOf(IOException.class);
    }

    /** As after a crash: an entry of a draft would stay for ever. */
    @Test
    void anErasureDeletesDraftsThatWereLeft() throws IOException {
        open("store");
        Audit app = open("app");
        leaveDrafts("store", "app", "app.2026-01-01.0", "gone", "gone.2026-01-01.0");

        assertThat(erase(app, "kim")).isZero();

        assertThat(drafts()).as("the process runs, and may be writing it").containsExactly(draft("store"));
        assertThat(app.read(new Query(null, null, null, null, 9))).isEmpty();
    }

    @Test
    void draftsThatWereLeftAreDeletedAtTheStart() throws IOException {
        open("store");
        leaveDrafts("store", "app", "app.2026-01-01.0", "gone", "gone.2026-01-01.0");

        open("app");

        assertThat(drafts()).containsExactly(draft("store"));
    }

    /** A byte that is not UTF-8, as on a damaged disk, comes so late that it is not found before the draft is begun. */
    @Test
    void aRewritingThatFailsLeavesNoDraft() throws IOException {
        Audit app = open("app");
        Files.writeString(file("gone"), Json.text(new Entry("app", KIM, "act", "1", "200", ID)) + "\n" + "x".repeat(100_000));
        Files.write(file("gone"), new byte[]{(byte) 0xff}, StandardOpenOption.APPEND);

        assertThatThrownBy(() -> app.erase("kim", "erased-1", null, Duration.ofMinutes(1))).isInstanceOf(IOException.class);

        assertThat(drafts()).isEmpty();
    }

    private void leaveDrafts(String... names) throws IOException {
        for (String name : names) {
            Files.writeString(draft(name), Json.text(new Entry("app", KIM, "act", "1", "200", ID)) + "\n");
        }
    }

    private Path draft(String name) {
        return Path.of(file(name) + ".draft");
    }

    private List<Path> drafts() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(file -> file.toString().endsWith(".draft")).toList();
        }
    }

    @Test
    void anErasureContinuesWhereTheStepBeforeEnded() throws IOException {
        manyFiles("pay", 40).close();
        Audit app = manyFiles("app", 40);
        int before = files().size();

        long entries = 0;
        int steps = 0;
        Erased step = new Erased(0, null);
        do {
            step = app.erase("kim", "erased-1", step.after(), Duration.ZERO);
            entries += step.entries();
            // a new file begins, and one that is done is deleted
            app.write(new Entry("app", Actor.of("lee", Set.of("customer")), "x".repeat(200), "new", "200", ID));
            if (++steps == 2) {
                Files.delete(folder().resolve(step.after()));
            }
        } while (step.after() != null);

        assertThat(steps).isGreaterThanOrEqualTo(before);
        assertThat(entries).isEqualTo(40);
        assertThat(app.read(new Query("kim", null, null, null, 1000))).isEmpty();
    }

    @Test
    void oldFilesOfAnotherSplitAreDeletedAtTheStart() throws IOException {
        Audit running = open("store");
        running.write(new Entry("store", KIM, "act", "1", "200", ID));
        age(file("store"), 366);
        List<String> young = List.of("broker-app", "broker-app.2026-01-01.1");
        List<String> old = List.of("all", "all_2", "broker-app.2025-01-01.0");
        for (String name : Stream.concat(young.stream(), old.stream()).toList()) {
            Files.writeString(file(name), "{}\n");
        }
        for (String name : old) {
            age(file(name), 366);
        }

        open("app");

        assertThat(files()).containsExactlyInAnyOrder(file("app"), file("store"), file("broker-app"), file("broker-app.2026-01-01.1"));
    }

    @Test
    void filesOfAnotherSplitThatBecomeOldAreDeletedWhenANewFileBegins() throws IOException {
        Audit app = open(new AuditSettings(Duration.ofDays(365), DataSize.ofKilobytes(1), DataSize.ofGigabytes(1), false), "app");
        Files.writeString(file("all"), "{}\n");
        age(file("all"), 366);

        for (int i = 0; i < 40; i++) {
            app.write(new Entry("app", KIM, "act", "1", "200", ID));
        }

        assertThat(file("all")).doesNotExist();
    }

    private static void age(Path file, int days) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
    }

    /** Writes entries of two users into small files. */
    private Audit manyFiles(String name, int entries) throws IOException {
        Audit audit = open(new AuditSettings(Duration.ofDays(365), DataSize.ofKilobytes(1), DataSize.ofGigabytes(1), false), name);
        for (int i = 0; i < entries; i++) {
            audit.write(new Entry(name, i % 2 == 0 ? KIM : Actor.of("lee", Set.of("customer")), "act", String.valueOf(i), "200", ID));
        }
        assertThat(files()).hasSizeGreaterThan(entries / 20);
        return audit;
    }

    private static long erase(Audit audit, String subject) {
        try {
            return audit.erase(subject, "erased-1", null, Duration.ofMinutes(1)).entries();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For root no folder is read-only, but a file in place of the folder stops everybody. */
    @Test
    void entriesGoToTheLogWhileTheFileCannotBeWritten(CapturedOutput log) throws IOException {
        Files.writeString(folder(), "");
        Audit app = open("app");
        app.write(new Entry("app", KIM, "app-place-order", "1", "201", ID));

        assertThat(app.isFailing()).isTrue();
        assertThat(log.getOut().lines().filter(line -> line.contains("The audit cannot be written to"))).hasSize(1).allMatch(line -> line.contains("ERROR"));
        assertThat(log.getOut()).contains("kim [customer] app-place-order 1: 201");
    }

    private Audit open(String... contexts) {
        return open(SETTINGS, contexts);
    }

    private Audit open(AuditSettings settings, String... contexts) {
        Audit audit = new Audit(folder(), settings);
        audit.open(List.of(contexts));
        open.add(audit);
        return audit;
    }

    private Path folder() {
        return parent.resolve("audit");
    }

    private Path file(String name) {
        return folder().resolve(name + ".jsonl");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(file -> file.toString().endsWith(".jsonl")).toList();
        }
    }
}
