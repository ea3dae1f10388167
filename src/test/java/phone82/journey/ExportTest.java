package phone82.journey;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.Phone82;
import phone82.command.ExportEvents;
import phone82.platform.event.Outbox;
import phone82.store.DeliveryPaused;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code export-events} as a process of its own, as an operator runs it. */
class ExportTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.STORE));

    @TempDir
    Path folder;

    @BeforeAll
    static void publish() {
        Outbox outbox = PHONE82.bean(Context.STORE, Outbox.class);
        new TransactionTemplate(PHONE82.bean(Context.STORE, PlatformTransactionManager.class)).executeWithoutResult(transaction ->
                outbox.add(new DeliveryPaused(7, "갤럭시 노트 20", 1, "김민수")));
    }

    @Test
    void itsOutputIsInUtf8WhateverTheLocaleIs() throws Exception {
        File output = folder.resolve("events.jsonl").toFile();

        assertThat(export(output)).isZero();

        assertThat(Files.readString(output.toPath())).contains("갤럭시 노트 20", "김민수");
    }

    @Test
    void aFullDiskIsReported() throws Exception {
        assertThat(export(new File("/dev/full"))).isEqualTo(2);

        assertThat(folder.resolve("errors.txt")).content().contains("could not be written");
    }

    private int export(File output) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-cp", System.getProperty("java.class.path"), Phone82.class.getName(), ExportEvents.NAME, "store"));
        command.addAll(List.of(PHONE82.arguments()));
        ProcessBuilder process = new ProcessBuilder(command).redirectOutput(output).redirectError(folder.resolve("errors.txt").toFile());
        process.environment().put("LC_ALL", "C");
        return process.start().waitFor();
    }
}
