package phone82.platform.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import phone82.platform.api.Printable;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Escapes log events before another appender writes them, so that input from outside cannot forge a line. */
class EscapingAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {

    private final Appender<ILoggingEvent> target;

    EscapingAppender(Appender<ILoggingEvent> target) {
        this.target = target;
        setName(target.getName());
        setContext(target.getContext());
    }

    @Override
    protected void append(ILoggingEvent event) {
        target.doAppend(isPrintable(event) ? event : escaped(event));
    }

    @Override
    public void stop() {
        super.stop();
        target.stop();
    }

    private static boolean isPrintable(ILoggingEvent event) {
        return Printable.isPrintable(event.getFormattedMessage()) && isPrintable(event.getThrowableProxy())
                && event.getMDCPropertyMap().values().stream().allMatch(Printable::isPrintable);
    }

    private static boolean isPrintable(IThrowableProxy thrown) {
        return thrown == null || thrown.isCyclic() || Printable.isPrintable(thrown.getMessage()) && isPrintable(thrown.getCause())
                && Arrays.stream(thrown.getSuppressed()).allMatch(EscapingAppender::isPrintable);
    }

    private static ILoggingEvent escaped(ILoggingEvent event) {
        String message = Printable.line(event.getFormattedMessage());
        Map<String, String> mdc = event.getMDCPropertyMap().entrySet().stream().filter(entry -> entry.getValue() != null)
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> Printable.line(entry.getValue())));
        IThrowableProxy thrown = escaped(event.getThrowableProxy());
        return changed(ILoggingEvent.class, event, method -> switch (method) {
            case "getMessage", "getFormattedMessage" -> message;
            case "getArgumentArray" -> NOTHING;
            case "getMDCPropertyMap", "getMdc" -> mdc;
            case "getThrowableProxy" -> thrown;
            default -> AS_IT_IS;
        });
    }

    private static IThrowableProxy escaped(IThrowableProxy thrown) {
        if (thrown == null || thrown.isCyclic()) {
            return thrown;
        }
        return changed(IThrowableProxy.class, thrown, method -> switch (method) {
            case "getMessage" -> Printable.line(thrown.getMessage());
            case "getCause" -> escaped(thrown.getCause());
            case "getSuppressed" -> Arrays.stream(thrown.getSuppressed()).map(EscapingAppender::escaped).toArray(IThrowableProxy[]::new);
            default -> AS_IT_IS;
        });
    }

    private static final Object AS_IT_IS = new Object();
    private static final Object NOTHING = null;

    private static <T> T changed(Class<T> type, T original, Function<String, Object> change) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type}, (proxy, method, arguments) -> {
            Object changed = change.apply(method.getName());
            return changed == AS_IT_IS ? call(original, method, arguments) : changed;
        }));
    }

    private static Object call(Object original, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(original, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
