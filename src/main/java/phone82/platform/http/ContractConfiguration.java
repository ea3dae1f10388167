package phone82.platform.http;

import org.apache.camel.component.rest.openapi.RestOpenapiProcessorStrategy;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.io.Resource;
import phone82.platform.api.Json;
import phone82.platform.identity.Login;
import phone82.platform.identity.TokenVerifier;

import java.io.IOException;

/** Validates a context's requests against the OpenAPI document beside its routes. */
@Configuration(proxyBeanMethods = false)
public class ContractConfiguration {

    @Bean
    Contract contract(@Value("${phone82.context}") String context,
                      @Value("${phone82.routes}/${phone82.context}/${phone82.context}.openapi.yaml") Resource openApi) throws IOException {
        return Contract.of(context, openApi);
    }

    /** The contract as text for Camel, {@code ref:openapi.json} in the routes; Camel recognises a document by this ending. */
    @Bean(name = "openapi.json", defaultCandidate = false)
    String openApiDocument(Contract contract) {
        return Json.text(contract.document());
    }

    @Bean
    Authentication authentication(@Value("${phone82.context}") String context, Environment environment, ObjectProvider<TokenVerifier> tokens) {
        return new Authentication(context, Login.of(environment::getProperty), tokens::getObject);
    }

    @Bean
    RestOpenapiProcessorStrategy contractStrategy(Contract contract, Authentication authentication) {
        return new ContractStrategy(contract, authentication);
    }
}
