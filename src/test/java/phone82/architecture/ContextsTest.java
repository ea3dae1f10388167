package phone82.architecture;

import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import jakarta.persistence.Entity;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.springframework.transaction.annotation.Transactional;
import phone82.pay.provider.PaymentProvider;
import phone82.pay.provider.PaymentProvider.Request;
import phone82.platform.event.DomainEvent;

import java.io.PrintStream;
import java.net.URL;
import java.net.http.HttpClient;
import java.text.DecimalFormat;
import java.time.format.DateTimeFormatter;
import java.util.Formatter;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.AccessTarget.Predicates.declaredIn;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.ENUMS;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.CanBeAnnotated.Predicates.annotatedWith;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** Dependency rules: contexts depend on the platform only, and their domain code on no framework. */
@AnalyzeClasses(packages = "phone82", importOptions = ImportOption.DoNotIncludeTests.class)
class ContextsTest {

    private static final String LAUNCHER = "phone82";
    private static final String PLATFORM = "phone82.platform..";
    private static final String ALL_BUT_THE_LAUNCHER = "phone82.*..";

    private static final DescribedPredicate<JavaClass> DOMAIN = resideInAPackage(ALL_BUT_THE_LAUNCHER)
            .and(ENUMS.or(assignableTo(DomainEvent.class)).or(annotatedWith(Entity.class)))
            .onResultOf(JavaClass::getBaseComponentType)
            .as("aggregates, statuses and domain events");

    @ArchTest
    static final ArchRule contexts_share_nothing_but_the_platform = slices().matching("phone82.(*)..")
            .should().notDependOnEachOther()
            .ignoreDependency(alwaysTrue(), resideInAPackage(PLATFORM));

    @ArchTest
    static final ArchRule the_platform_knows_no_context = noClasses().that().resideInAPackage(PLATFORM)
            .should().dependOnClassesThat(resideInAPackage("phone82..").and(not(resideInAPackage(PLATFORM))));

    @ArchTest
    static final ArchRule rooms_of_the_platform_have_no_cycles = slices().matching("phone82.platform.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule the_platform_has_no_class_outside_its_rooms = noClasses()
            .that().doNotHaveSimpleName("package-info").should().resideInAPackage("phone82.platform");

    @ArchTest
    static final ArchRule nobody_knows_the_launcher = noClasses().that().resideInAPackage(ALL_BUT_THE_LAUNCHER)
            .should().dependOnClassesThat().resideInAPackage(LAUNCHER);

    @ArchTest
    static final ArchRule the_domain_knows_no_framework = classes().that(DOMAIN)
            .should().onlyDependOnClassesThat(DOMAIN.or(resideInAnyPackage("java..", "jakarta.persistence..")).or(type(Request.class)));

    /** Exempt: code that waits for another process at the start, or for time itself (the launcher's notice before it stops). */
    @ArchTest
    static final ArchRule nobody_sleeps = noClasses()
            .that().doNotHaveFullyQualifiedName("phone82.Preflight").and().doNotHaveFullyQualifiedName("phone82.Phone82")
            .and().doNotHaveFullyQualifiedName("phone82.platform.persistence.MigrationTurn")
            .should().callMethodWhere(target(name("sleep")).and(target(declaredIn(resideInAPackage("java..")))));

    /** It reads a body of any size. */
    @ArchTest
    static final ArchRule no_body_is_read_without_a_limit = noClasses()
            .should().callMethodWhere(target(name("body")).and(target(declaredIn(assignableTo(HttpServerRequest.class)))))
            .orShould().callMethodWhere(target(name("body")).and(target(declaredIn(assignableTo(HttpClientResponse.class)))))
            .orShould().callMethod(EntityUtils.class, "toByteArray", HttpEntity.class);

    /** They limit each read, if anything. Exempt: the rehearsal, in which a process calls itself. */
    @ArchTest
    static final ArchRule no_call_is_sent_without_limits = noClasses()
            .that().doNotHaveFullyQualifiedName("phone82.platform.http.LimitedClient").and().doNotHaveFullyQualifiedName("phone82.platform.http.WarmUp")
            .should().callMethod(HttpClient.class, "newBuilder")
            .orShould().callMethod(HttpClient.class, "newHttpClient")
            .orShould().callMethod(URL.class, "openConnection")
            .orShould().callMethod(URL.class, "openStream")
            .orShould().callMethod(HTTPRequest.class, "send")
            .orShould().callConstructor(DefaultResourceRetriever.class, int.class, int.class, int.class);

    /** Spring commits when a method throws a checked exception, unless {@code rollbackFor} names it. */
    @ArchTest
    static final ArchRule no_transaction_commits_by_a_checked_exception = noMethods()
            .that().areAnnotatedWith(Transactional.class).or().areDeclaredInClassesThat().areAnnotatedWith(Transactional.class)
            .should(declareACheckedException());

    /** Exempt: the rehearsal. The rest is checked at run time: a call within a transaction fails. */
    @ArchTest
    static final ArchRule only_the_route_step_calls_the_provider = noClasses()
            .that().doNotHaveFullyQualifiedName("phone82.pay.ProviderCall").and().resideOutsideOfPackage("phone82.pay.provider")
            .and().doNotHaveFullyQualifiedName("phone82.pay.PayContext")
            .should().callMethodWhere(target(declaredIn(assignableTo(PaymentProvider.class))));

    private static ArchCondition<JavaMethod> declareACheckedException() {
        return new ArchCondition<>("declare a checked exception without rollbackFor") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                Transactional own = method.isAnnotatedWith(Transactional.class) ? method.getAnnotationOfType(Transactional.class)
                        : method.getOwner().getAnnotationOfType(Transactional.class);
                boolean checked = method.getThrowsClause().getTypes().stream().anyMatch(type -> !type.isAssignableTo(RuntimeException.class)
                        && !type.isAssignableTo(Error.class));
                events.add(new SimpleConditionEvent(method, checked && own.rollbackFor().length == 0,
                        method.getFullName() + " throws a checked exception, and so commits"));
            }
        };
    }

    /** Otherwise numbers would use the digits, and letters the case rules, of the machine's language. */
    @ArchTest
    static final ArchRule no_text_depends_on_the_machines_language = noClasses()
            .should().callMethod(String.class, "format", String.class, Object[].class)
            .orShould().callMethod(String.class, "formatted", Object[].class)
            .orShould().callMethod(String.class, "toLowerCase")
            .orShould().callMethod(String.class, "toUpperCase")
            .orShould().callMethod(PrintStream.class, "printf", String.class, Object[].class)
            .orShould().callMethod(PrintStream.class, "format", String.class, Object[].class)
            .orShould().callConstructor(Formatter.class)
            .orShould().callConstructor(DecimalFormat.class, String.class)
            .orShould().callMethod(DateTimeFormatter.class, "ofPattern", String.class);

    @ArchTest
    static final ArchRule only_the_launcher_prints = noClasses().that().resideInAPackage(ALL_BUT_THE_LAUNCHER)
            .should(ACCESS_STANDARD_STREAMS);
}
