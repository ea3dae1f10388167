package phone82.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import jakarta.persistence.Entity;
import phone82.pay.provider.PaymentProvider.Charge;
import phone82.pay.provider.SimulatedProvider;
import phone82.platform.event.DomainEvent;

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
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** The contexts stand alone, and what they decide does not depend on what carries it. */
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
    static final ArchRule nobody_knows_the_launcher = noClasses().that().resideInAPackage(ALL_BUT_THE_LAUNCHER)
            .should().dependOnClassesThat().resideInAPackage(LAUNCHER);

    @ArchTest
    static final ArchRule the_domain_knows_no_framework = classes().that(DOMAIN)
            .should().onlyDependOnClassesThat(DOMAIN.or(resideInAnyPackage("java..", "jakarta.persistence..")).or(type(Charge.class)));

    /** But who waits for another process at the start, or for time itself: the launcher gives notice before it stops. */
    @ArchTest
    static final ArchRule nobody_sleeps = noClasses()
            .that().doNotHaveFullyQualifiedName("phone82.Preflight").and().doNotHaveFullyQualifiedName("phone82.Phone82")
            .and().doNotHaveFullyQualifiedName("phone82.platform.MigrationTurn").and().areNotAssignableTo(SimulatedProvider.class)
            .should().callMethodWhere(target(name("sleep")).and(target(declaredIn(resideInAPackage("java..")))));

    @ArchTest
    static final ArchRule only_the_launcher_prints = noClasses().that().resideInAPackage(ALL_BUT_THE_LAUNCHER)
            .should(ACCESS_STANDARD_STREAMS);
}
