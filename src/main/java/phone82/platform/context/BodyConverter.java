package phone82.platform.context;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.TypeConverterSupport;
import phone82.platform.api.Json;
import phone82.platform.camel.BeforeStart;
import phone82.platform.event.Event;

/** Converts JSON requests and events to the record type that a bean method declares. */
public class BodyConverter extends TypeConverterSupport implements BeforeStart {

    @Override
    public void beforeApplicationStart(CamelContext camel) {
        camel.getTypeConverterRegistry().addFallbackTypeConverter(this, false);
    }

    @Override
    public <T> T convertTo(Class<T> type, Exchange exchange, Object value) {
        if (!type.isRecord()) {
            return null;
        }
        if (value instanceof JsonNode json) {
            return Json.MAPPER.convertValue(json, type);
        }
        return value instanceof Event event ? Json.read(event.body(), type) : null;
    }
}
