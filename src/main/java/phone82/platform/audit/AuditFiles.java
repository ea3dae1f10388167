package phone82.platform.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import phone82.platform.api.Json;
import phone82.platform.audit.Audit.Entry;
import phone82.platform.audit.Audit.Erased;
import phone82.platform.audit.Audit.Query;
import phone82.platform.disk.FileSync;
import phone82.platform.disk.PrivateFolder;
import phone82.platform.identity.Sender;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads and rewrites the files of the audit. */
final class AuditFiles {

    private static final String DRAFT = ".draft";
    private static final Pattern NAME = Pattern.compile("([^.]+)(?:\\.(\\d{4}-\\d\\d-\\d\\d)\\.(\\d+))?\\" + AuditFile.SUFFIX + "(\\" + DRAFT + ")?");

    private AuditFiles() {
    }

    /** A file and its place in the sequence of its process; the one that is appended to has no day. A draft remains of a rewriting that was cut off. */
    private record Part(Path path, String process, String day, int number, boolean isDraft) {

        private static final Comparator<Part> NEWEST_FIRST = Comparator.comparing(Part::day).thenComparing(Part::number).reversed();

        private static Part of(Path path) {
            Matcher name = NAME.matcher(path.getFileName().toString());
            if (!name.matches()) {
                return null;
            }
            boolean isDraft = name.group(4) != null;
            return name.group(2) == null ? new Part(path, name.group(1), "now", 0, isDraft)
                    : new Part(path, name.group(1), name.group(2), Integer.parseInt(name.group(3)), isDraft);
        }

        private String name() {
            return path.getFileName().toString();
        }

        private boolean isOpen() {
            return day.equals("now");
        }
    }

    /** Returns all files and drafts by name. */
    private static List<Part> parts(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).map(Part::of).filter(part -> part != null).sorted(Comparator.comparing(Part::name)).toList();
        }
    }

    static List<Entry> read(Path folder, Query query) throws IOException {
        List<Entry> found = new ArrayList<>();
        Map<String, List<Part>> processes = parts(folder).stream().filter(part -> !part.isDraft).sorted(Part.NEWEST_FIRST)
                .collect(Collectors.groupingBy(Part::process, TreeMap::new, Collectors.toList()));
        for (List<Part> process : processes.values()) {
            int missing = query.size();
            for (Part part : process) {
                if (missing > 0) {
                    List<Entry> entries = read(part.path, query, missing);
                    found.addAll(entries);
                    missing -= entries.size();
                }
            }
        }
        return found.stream().sorted(Comparator.comparing(Entry::time).reversed()).limit(query.size()).toList();
    }

    /** Returns the last matching entries of a file. */
    private static List<Entry> read(Path path, Query query, int most) throws IOException {
        Deque<Entry> last = new ArrayDeque<>();
        try (BufferedReader lines = Files.newBufferedReader(path)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Entry entry = mayMatch(line, query) ? entry(line) : null;
                if (entry != null && matches(entry, query)) {
                    last.addLast(entry);
                    if (last.size() > most) {
                        last.removeFirst();
                    }
                }
            }
        } catch (NoSuchFileException e) {
            // it was renamed or deleted meanwhile
            return List.of();
        }
        return List.copyOf(last);
    }

    /** Parsing every line would take ten times as long. */
    private static boolean mayMatch(String line, Query query) {
        return (query.subject() == null || line.contains(Json.text(query.subject()))) && (query.correlation() == null || line.contains(query.correlation()))
                && (query.target() == null || line.contains(Json.text(query.target())));
    }

    private static boolean matches(Entry entry, Query query) {
        return (query.subject() == null || query.subject().equals(entry.subject()))
                && (query.correlation() == null || query.correlation().equals(entry.correlationId()))
                && (query.target() == null || query.target().equals(entry.target()))
                && (query.before() == null || entry.time().isBefore(query.before()));
    }

    /** Returns null for a line that was cut off by a crash. */
    private static Entry entry(String line) {
        try {
            return Json.MAPPER.readValue(line, Entry.class);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /**
     * Erases a user from the files, one after the other, until the time is over.
     *
     * @param own   the file that this process appends to, or null
     * @param after the last file that is done already; null for none
     */
    static Erased erase(Path folder, AuditFile own, String subject, String pseudonym, String after, Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        String text = Json.text(subject);
        UnaryOperator<String> change = line -> {
            Entry entry = line.contains(text) ? entry(line) : null;
            return entry != null && subject.equals(entry.subject()) && entry.roles().stream().noneMatch(Sender::isService)
                    ? Json.text(entry.by(pseudonym)) : line;
        };
        // the open file first, because it may be renamed while the others are rewritten
        long erased = own == null || after != null ? 0 : own.rewrite(change);
        List<Part> parts = parts(folder).stream().filter(part -> after == null || part.name().compareTo(after) > 0).toList();
        for (Part part : parts) {
            if (own == null || !part.process.equals(own.name())) {
                try (FileChannel lock = AuditFile.lock(folder, part.process)) {
                    erased += lock == null ? 0 : erase(part, change);
                }
            } else if (part.isDraft || !part.isOpen()) {
                erased += erase(part, change);
            }
            if (System.nanoTime() >= end) {
                return new Erased(erased, part.name());
            }
        }
        return new Erased(erased, null);
    }

    private static long erase(Part part, UnaryOperator<String> change) throws IOException {
        if (part.isDraft) {
            Files.deleteIfExists(part.path);
            return 0;
        }
        return rewrite(part.path, change);
    }

    /** Deletes the drafts of a process; only the holder of its lock may call it, and not while a file is rewritten. */
    static void deleteDrafts(Path folder, String process) throws IOException {
        for (Part part : parts(folder)) {
            if (part.isDraft && part.process.equals(process)) {
                Files.deleteIfExists(part.path);
            }
        }
    }

    /** Deletes files that have not changed since a time, and drafts, of processes that do not run. */
    static void deleteOld(Path folder, AuditFile own, Instant since) throws IOException {
        for (Part part : parts(folder)) {
            // to close a second channel of the own lock would release it
            if (!part.process.equals(own.name()) && (part.isDraft || isOlder(part.path, since))) {
                try (FileChannel lock = AuditFile.lock(folder, part.process)) {
                    if (lock != null) {
                        Files.deleteIfExists(part.path);
                    }
                }
            }
        }
    }

    private static boolean isOlder(Path path, Instant since) throws IOException {
        try {
            return Files.getLastModifiedTime(path).toInstant().isBefore(since);
        } catch (NoSuchFileException e) {
            // another process has deleted it meanwhile
            return false;
        }
    }

    /** Replaces a file with lines to change by a changed copy in one step; returns the number of changed lines. */
    static long rewrite(Path path, UnaryOperator<String> change) throws IOException {
        try (Stream<String> lines = Files.lines(path)) {
            if (lines.allMatch(line -> change.apply(line).equals(line))) {
                return 0;
            }
        } catch (NoSuchFileException e) {
            // it was deleted meanwhile
            return 0;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        Path draft = path.resolveSibling(path.getFileName() + DRAFT);
        try {
            return rewrite(path, draft, change);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(draft);
            throw e;
        }
    }

    private static long rewrite(Path path, Path draft, UnaryOperator<String> change) throws IOException {
        long changed = 0;
        try (BufferedReader lines = Files.newBufferedReader(path); BufferedWriter copy = Files.newBufferedWriter(draft)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String now = change.apply(line);
                changed += now.equals(line) ? 0 : 1;
                copy.write(now);
                copy.write('\n');
            }
        }
        PrivateFolder.ownerAlone(draft);
        FileTime time = Files.getLastModifiedTime(path);
        Files.setLastModifiedTime(draft, time);
        FileSync.one(draft);
        Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return changed;
    }
}
