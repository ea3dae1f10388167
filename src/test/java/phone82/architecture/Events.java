package phone82.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import phone82.platform.event.DomainEvent;

import java.util.Map;
import java.util.stream.Collectors;

/** The domain events that the contexts publish. */
final class Events {

    /** The record class of each event by its topic, for example {@code phone82.app.Ordered}. */
    static final Map<String, Class<?>> BY_TOPIC = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("phone82").stream()
            .filter(type -> type.isAssignableTo(DomainEvent.class) && !type.isInterface())
            .collect(Collectors.toMap(JavaClass::getFullName, JavaClass::reflect));

    private Events() {
    }

    /** The context that publishes to the topic. */
    static String publisher(String topic) {
        return topic.split("\\.")[1];
    }

    static String name(String topic) {
        return topic.substring(topic.lastIndexOf('.') + 1);
    }
}
