package phone82.platform.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import phone82.platform.api.Json;
import phone82.platform.audit.Audit.Entry;
import phone82.platform.audit.Audit.Query;
import phone82.platform.disk.FileSync;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
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
import java.util.stream.Stream;

/** Reads and rewrites the files of the audit. */
final class AuditFiles {

    private static final Pattern NAME = Pattern.compile("([^.]+)(?:\\.(\\d{4}-\\d\\d-\\d\\d)\\.(\\d+))?\\" + AuditFile.SUFFIX);
    private static final String DRAFT = ".draft";

    private AuditFiles() {
    }

    /** A file and its place in the sequence of its process; the one that is appended to has no day. */
    private record Part(Path path, String process, String day, int number) {

        private static final Comparator<Part> NEWEST_FIRST = Comparator.comparing(Part::day).thenComparing(Part::number).reversed();

        private static Part of(Path path) {
            Matcher name = NAME.matcher(path.getFileName().toString());
            if (!name.matches()) {
                return null;
            }
            return name.group(2) == null ? new Part(path, name.group(1), "now", 0)
                    : new Part(path, name.group(1), name.group(2), Integer.parseInt(name.group(3)));
        }

        private boolean isOpen() {
            return day.equals("now");
        }
    }

    /** Returns the files by process, newest first. */
    private static Map<String, List<Part>> parts(Path folder) throws IOException {
        Map<String, List<Part>> parts = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                files.map(Part::of).filter(part -> part != null).sorted(Part.NEWEST_FIRST)
                        .forEach(part -> parts.computeIfAbsent(part.process, first -> new ArrayList<>()).add(part));
            }
        }
        return parts;
    }

    static List<Entry> read(Path folder, Query query) throws IOException {
        List<Entry> found = new ArrayList<>();
        for (List<Part> process : parts(folder).values()) {
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

    /** @param own the file that this process appends to, or null */
    static long erase(Path folder, AuditFile own, String subject, String pseudonym) throws IOException {
        String text = Json.text(subject);
        UnaryOperator<String> change = line -> {
            Entry entry = line.contains(text) ? entry(line) : null;
            return entry != null && subject.equals(entry.subject()) && entry.roles().stream().noneMatch(role -> role.startsWith(Actor.SERVICE))
                    ? Json.text(entry.by(pseudonym)) : line;
        };
        long erased = 0;
        for (Map.Entry<String, List<Part>> process : parts(folder).entrySet()) {
            if (own != null && process.getKey().equals(own.name())) {
                // first the open file, which may be renamed meanwhile
                erased += own.rewrite(change);
                erased += rewrite(parts(folder).get(process.getKey()).stream().filter(part -> !part.isOpen()).toList(), change);
            } else {
                try (FileChannel lock = AuditFile.lock(folder, process.getKey())) {
                    erased += lock == null ? 0 : rewrite(process.getValue(), change);
                }
            }
        }
        return erased;
    }

    private static long rewrite(List<Part> parts, UnaryOperator<String> change) throws IOException {
        long changed = 0;
        for (Part part : parts) {
            changed += rewrite(part.path, change);
        }
        return changed;
    }

    /** Replaces the file by a changed copy in one step; returns the number of changed lines. */
    static long rewrite(Path path, UnaryOperator<String> change) throws IOException {
        Path draft = path.resolveSibling(path.getFileName() + DRAFT);
        long changed = 0;
        try (BufferedReader lines = Files.newBufferedReader(path); BufferedWriter copy = Files.newBufferedWriter(draft)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String now = change.apply(line);
                changed += now.equals(line) ? 0 : 1;
                copy.write(now);
                copy.write('\n');
            }
        }
        if (changed == 0) {
            Files.delete(draft);
            return 0;
        }
        if (Files.getFileStore(draft).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
        }
        FileTime time = Files.getLastModifiedTime(path);
        Files.setLastModifiedTime(draft, time);
        FileSync.one(draft);
        Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return changed;
    }
}
