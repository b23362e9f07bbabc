import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The Java side of the harness: a virtual machine of its own for one submission, started and warm before it comes.
 *
 * It is locked from its first instruction on, and nothing in it is trusted from outside: candidate code shares it and
 * may forge what it answers, which is a guess at an answer that was never in here.
 */
public final class Room {
    private static final int MOST = 1 << 20;
    private static final int DEEPEST = 200;
    private static final long STACK = 64L << 20;
    private static final Pattern PUBLIC_TYPE = Pattern.compile(
            "\\bpublic\\s+(?:(?:final|abstract|strictfp|sealed)\\s+)*(?:class|interface|enum|record)\\s+([\\p{L}_$][\\p{L}\\p{N}_$]*)");

    // What LeetCode puts before a solution, all on the first line, so that every line keeps its number.
    private static final String IMPORTS = "import java.util.*; import java.util.function.*; import java.util.stream.*; "
            + "import java.util.concurrent.*; import java.util.concurrent.atomic.*; import java.math.*; ";
    private static final Pattern PACKAGE = Pattern.compile("(?s)(?:\\s++|/\\*.*?\\*/|//[^\n]*\n)*+package\\s[^;]*;");
    // A list of nodes that is longer holds itself.
    private static final int LONGEST = 1 << 19;

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    private static final StandardJavaFileManager FILES = COMPILER.getStandardFileManager(null, null, StandardCharsets.UTF_8);
    private static final PrintStream OUT = System.out;
    private static final PrintStream ERR = System.err;

    private Map<String, byte[]> classes = Map.of();
    private String function = "";
    private Object owner;
    private List<Method> methods = List.of();

    public static void main(String[] arguments) throws Exception {
        DataInputStream in = new DataInputStream(new FileInputStream(third()));
        OutputStream out = new FileOutputStream(third());
        Room room = new Room();
        while (true) {
            int size;
            try {
                size = in.readInt();
            } catch (IOException end) {
                return;
            }
            byte[] question = new byte[size];
            in.readFully(question);
            byte[] answer = ("0\n" + room.answer(question)).getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream whole = new ByteArrayOutputStream(answer.length + 4);
            new DataOutputStream(whole).writeInt(answer.length);
            whole.write(answer);
            whole.writeTo(out);
        }
    }

    private static FileDescriptor third() throws ReflectiveOperationException {
        FileDescriptor descriptor = new FileDescriptor();
        Field number = FileDescriptor.class.getDeclaredField("fd");
        number.setAccessible(true);
        number.setInt(descriptor, 3);
        return descriptor;
    }

    private String answer(byte[] question) {
        try {
            switch (question[0]) {
                case 'h':
                    return rehearse();
                case 'l':
                    return load(question);
                case 'p':
                    return program(question);
                default:
                    return call(question);
            }
        } catch (OutOfMemoryError error) {
            return frame("memory", "java.lang.OutOfMemoryError: " + error.getMessage());
        } catch (Throwable error) {
            return frame("raised", told(error));
        }
    }

    /** Compile and run something, so that the compiler is loaded before anyone waits for it. */
    private String rehearse() throws Exception {
        String source = "import java.util.*; import java.util.stream.*; public class Main { record P(int a, String b) {} "
                + "static int f(List<Integer> x) { Map<String, Integer> m = new HashMap<>(); for (int i : x) m.merge(\"\" + i, 1, "
                + "Integer::sum); return x.stream().map(i -> i * 2).collect(Collectors.toList()).size() + m.size(); } "
                + "public static void main(String[] a) { Scanner s = new Scanner(System.in); int[] v = new int[s.nextInt()]; "
                + "StringBuilder b = new StringBuilder(); for (int i : v) b.append(i); System.err.print(\"\"); f(List.of(1)); } }";
        for (int round = 0; round < 2; round++) {
            function = "";
            String loaded = compile(source);
            if (loaded != null) {
                return loaded;
            }
            program("p3\n".getBytes(StandardCharsets.UTF_8));
            function = "f";
            find();
            call("cl1:l2:i1;i2;".getBytes(StandardCharsets.UTF_8));
        }
        compile("class Main { int x = \"\"; }");
        classes = Map.of();
        methods = List.of();
        owner = null;
        System.gc();
        return frame("returned", null);
    }

    /** In a thread with a deep stack: the compiler recurses with the source. */
    private String compiled(String source) {
        AtomicReference<String> fault = new AtomicReference<>(frame("not_compiled", "the compiler gave up"));
        inThread(() -> {
            try {
                fault.set(compile(source));
            } catch (StackOverflowError | IllegalStateException deep) {
                fault.set(frame("not_compiled", "the compiler gave up: the source is nested too deeply"));
            } catch (OutOfMemoryError large) {
                fault.set(frame("not_compiled", "the compiler needed more memory than it has"));
            }
        });
        return fault.get();
    }

    private String load(byte[] question) throws Exception {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(question, 1, question.length - 1));
        function = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        String fault = compiled(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        if (fault != null) {
            return fault;
        }
        if (function.isEmpty()) {
            return mainMethod(new Loader(classes)) == null
                    ? frame("not_compiled", "no method public static void main(String[] args) was found")
                    : frame("returned", null);
        }
        AtomicReference<String> answer = new AtomicReference<>();
        inThread(() -> answer.set(find()));
        return answer.get();
    }

    private String compile(String source) {
        Matcher named = PUBLIC_TYPE.matcher(source.replaceAll("(?s)/\\*.*?\\*/|//[^\n]*", ""));
        String name = named.find() ? named.group(1) : "Solution";
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        Memory memory = new Memory(FILES);
        List<String> options = List.of("-proc:none", "-nowarn", "-g");
        String whole = source;
        if (!function.isEmpty()) {
            Matcher clause = PACKAGE.matcher(source);
            int at = clause.lookingAt() ? clause.end() : 0;
            whole = source.substring(0, at) + IMPORTS + source.substring(at);
        }
        boolean fine = COMPILER.getTask(null, memory, said, options, null, List.of(new Text(name, whole))).call();
        if (!fine) {
            String told = complaint(said, source);
            return frame("not_compiled", told.isEmpty() ? "the compiler gave up: the source is nested too deeply" : told);
        }
        classes = memory.written();
        return null;
    }

    private static String complaint(DiagnosticCollector<JavaFileObject> said, String source) {
        String[] lines = source.split("\n", -1);
        StringBuilder text = new StringBuilder();
        int count = 0;
        for (Diagnostic<?> one : said.getDiagnostics()) {
            if (one.getKind() != Diagnostic.Kind.ERROR || ++count > 20) {
                continue;
            }
            long line = one.getLineNumber();
            text.append(line > 0 ? "line " + line + ": " : "").append(one.getMessage(null)).append('\n');
            if (line > 0 && line <= lines.length) {
                String shown = lines[(int) line - 1];
                text.append("    ").append(shown, 0, Math.min(shown.length(), 200)).append('\n');
            }
        }
        return text.toString().strip();
    }

    private String program(byte[] question) throws Exception {
        Method main = mainMethod(new Loader(classes));
        System.setIn(new ByteArrayInputStream(question, 1, question.length - 1));
        AtomicReference<String> answer = new AtomicReference<>(frame("returned", null));
        inThread(() -> {
            try {
                main.invoke(null, (Object) new String[0]);
            } catch (Throwable error) {
                answer.set(fault(error));
            }
        });
        return answer.get();
    }

    private static Method mainMethod(Loader loader) throws ClassNotFoundException {
        Method found = null;
        for (String name : loader.names()) {
            try {
                Method main = Class.forName(name, false, loader).getDeclaredMethod("main", String[].class);
                if (Modifier.isStatic(main.getModifiers()) && main.getReturnType() == void.class
                        && (found == null || name.equals("Main") || name.equals("Solution"))) {
                    main.setAccessible(true);
                    found = main;
                }
            } catch (NoSuchMethodException none) {
                continue;
            }
        }
        return found;
    }

    private String find() {
        try {
            Loader loader = new Loader(classes);
            String[] parts = function.split("\\.");
            String wanted = parts[parts.length - 1];
            List<Method> found = new ArrayList<>();
            for (String name : loader.names()) {
                Class<?> type = Class.forName(name, false, loader);
                if (parts.length > 1 && !type.getSimpleName().equals(parts[0])) {
                    continue;
                }
                for (Method one : type.getDeclaredMethods()) {
                    if (one.getName().equals(wanted) && !one.isSynthetic() && !Modifier.isAbstract(one.getModifiers())) {
                        if (type.getSimpleName().equals("Solution")) {
                            found.add(0, one);
                        } else {
                            found.add(one);
                        }
                    }
                }
            }
            if (found.isEmpty()) {
                return frame("not_compiled", "function not found: " + function);
            }
            Class<?> home = found.get(0).getDeclaringClass();
            found.removeIf(one -> one.getDeclaringClass() != home);
            String no = null;
            boolean some = false;
            boolean instance = false;
            for (Method one : found) {
                String here = null;
                for (Type type : one.getGenericParameterTypes()) {
                    here = here == null ? unsupported(type) : here;
                }
                no = here == null ? no : here;
                some |= here == null;
                instance |= !Modifier.isStatic(one.getModifiers());
                one.setAccessible(true);
            }
            if (!some) {
                return frame("not_compiled", "parameter type " + no + " is not supported; use int, long, double, boolean, "
                        + "String, arrays, List, Set and Map of these, ListNode, TreeNode, or a program that reads stdin");
            }
            methods = found;
            owner = null;
            if (instance) {
                Constructor<?> constructor = home.getDeclaredConstructor();
                constructor.setAccessible(true);
                owner = constructor.newInstance();
            }
            return frame("returned", null);
        } catch (NoSuchMethodException none) {
            return frame("not_compiled", "the class of " + function + " needs a constructor without arguments");
        } catch (Throwable error) {
            return fault(error);
        }
    }

    private static String unsupported(Type type) {
        if (type instanceof ParameterizedType) {
            ParameterizedType one = (ParameterizedType) type;
            for (Type argument : one.getActualTypeArguments()) {
                String no = unsupported(argument);
                if (no != null) {
                    return no;
                }
            }
            return unsupported(one.getRawType());
        }
        if (!(type instanceof Class)) {
            return type instanceof java.lang.reflect.GenericArrayType
                    ? unsupported(((java.lang.reflect.GenericArrayType) type).getGenericComponentType())
                    : null;
        }
        Class<?> one = (Class<?>) type;
        if (one.isArray()) {
            return unsupported(one.getComponentType());
        }
        boolean known = one.isPrimitive() || one == String.class || one == Object.class || one == Integer.class
                || one == Long.class || one == Double.class || one == Boolean.class || one == Character.class
                || one == Float.class || one == Short.class || one == Byte.class || one == CharSequence.class
                || one.isAssignableFrom(ArrayList.class) || one.isAssignableFrom(LinkedHashSet.class)
                || one.isAssignableFrom(LinkedHashMap.class);
        return known || nodes(one) != 0 ? null : one.getSimpleName();
    }

    /** Of several of the name, the first that takes so many arguments. */
    private Method method(int count) {
        for (Method one : methods) {
            if (one.getParameterCount() == count) {
                return one;
            }
        }
        return methods.get(0);
    }

    private String call(byte[] question) {
        if (methods.isEmpty()) {
            return frame("not_compiled", "function not found: " + function);
        }
        AtomicReference<String> answer = new AtomicReference<>();
        inThread(() -> {
            try {
                Tokens tokens = new Tokens(question);
                boolean inPlace = tokens.kind() == 'i';
                int count = tokens.count('l');
                Method method = method(count);
                Type[] types = method.getGenericParameterTypes();
                if (count != types.length) {
                    answer.set(frame("raised", function + " takes " + types.length + " arguments; the test has " + count));
                    return;
                }
                Object[] values = new Object[count];
                for (int i = 0; i < count; i++) {
                    tokens.where = "argument " + (i + 1);
                    values[i] = tokens.value(types[i]);
                }
                Object value = method.invoke(owner, values);
                boolean nodes = value == null && nodes(method.getReturnType()) != 0;
                answer.set(returned(inPlace ? values[0] : nodes ? List.of() : value));
            } catch (Mismatch mismatch) {
                answer.set(frame("raised", mismatch.getMessage()));
            } catch (Throwable error) {
                answer.set(fault(error));
            }
        });
        return answer.get();
    }

    /** A thread with a deep stack; over when it and every thread that it left behind are. */
    private static void inThread(Runnable body) {
        ThreadGroup group = new ThreadGroup("solution");
        Thread thread = new Thread(group, body, "main", STACK);
        thread.start();
        join(thread);
        Thread[] left = new Thread[128];
        int count;
        while ((count = group.enumerate(left)) > 0) {
            boolean waited = false;
            for (int i = 0; i < count; i++) {
                if (!left[i].isDaemon()) {
                    join(left[i]);
                    waited = true;
                }
            }
            if (!waited) {
                break;
            }
        }
        System.out.flush();
        System.err.flush();
        System.setOut(OUT);
        System.setErr(ERR);
    }

    private static void join(Thread thread) {
        while (true) {
            try {
                thread.join();
                return;
            } catch (InterruptedException again) {
                continue;
            }
        }
    }

    private static String fault(Throwable error) {
        Throwable cause = error;
        while (cause instanceof InvocationTargetException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof ExceptionInInitializerError && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String why = String.valueOf(cause.getMessage());
        return cause instanceof OutOfMemoryError && !why.startsWith("unable to create native thread")
                ? frame("memory", "java.lang.OutOfMemoryError: " + cause.getMessage())
                : frame("raised", told(cause));
    }

    /** With all frames; the engine leaves ours and reflection's out, of this as of what is printed. */
    private static String told(Throwable error) {
        StringWriter text = new StringWriter();
        try {
            error.printStackTrace(new PrintWriter(text));
        } catch (Throwable exploding) {
            return error.getClass().getName();
        }
        String all = text.toString().strip();
        return all.length() > 32000 ? all.substring(0, Math.max(2000, all.lastIndexOf('\n', 32000))) : all;
    }

    private static String returned(Object value) {
        StringBuilder text = new StringBuilder("[\"returned\",");
        try {
            encode(value, text, 0);
        } catch (Mismatch mismatch) {
            return frame(mismatch.ending, mismatch.getMessage());
        }
        return text.append(",null]").toString();
    }

    private static String frame(String ending, String error) {
        StringBuilder text = new StringBuilder("[\"").append(ending).append("\",null,");
        quote(error, text);
        return text.append(']').toString();
    }

    private static void encode(Object value, StringBuilder text, int depth) {
        if (depth > DEEPEST) {
            throw new Mismatch("raised", "the result is nested deeper than 200 levels, or holds itself");
        }
        if (text.length() > MOST) {
            throw new Mismatch("output", "the result is larger than 1 MB");
        }
        if (value == null || value instanceof Boolean || value instanceof Integer || value instanceof Long
                || value instanceof Short || value instanceof Byte) {
            text.append(value);
        } else if (value instanceof java.math.BigInteger && ((java.math.BigInteger) value).bitLength() < 14285) {
            text.append(value);
        } else if (value instanceof Double || value instanceof Float) {
            text.append(value);
        } else if (value instanceof CharSequence || value instanceof Character) {
            quote(value.toString(), text);
        } else if (value.getClass().isArray()) {
            text.append('[');
            int size = Array.getLength(value);
            for (int i = 0; i < size; i++) {
                text.append(i == 0 ? "" : ",");
                encode(Array.get(value, i), text, depth + 1);
            }
            text.append(']');
        } else if (value instanceof Collection) {
            text.append('[');
            String between = "";
            for (Object item : (Collection<?>) value) {
                text.append(between);
                encode(item, text, depth + 1);
                between = ",";
            }
            text.append(']');
        } else if (value instanceof Map) {
            text.append('{');
            String between = "";
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                text.append(between);
                quote(String.valueOf(entry.getKey()), text);
                text.append(':');
                encode(entry.getValue(), text, depth + 1);
                between = ",";
            }
            text.append('}');
        } else if (nodes(value.getClass()) != 0) {
            encode(values(value), text, depth);
        } else if (value instanceof Record) {
            encode(components(value), text, depth);
        } else {
            throw new Mismatch("raised", "the result is no JSON value: it holds a " + value.getClass().getSimpleName());
        }
    }

    /** How nodes of this class hang together: 'l' a list by next, 't' a tree by left and right, 0 not at all. */
    private static char nodes(Class<?> type) {
        if (field(type, "val") == null) {
            return 0;
        }
        if (leads(type, "left") && leads(type, "right")) {
            return 't';
        }
        return leads(type, "next") ? 'l' : 0;
    }

    private static boolean leads(Class<?> type, String name) {
        Field field = field(type, name);
        return field != null && field.getType() == type;
    }

    private static Field field(Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException none) {
            return null;
        }
    }

    private static Object node(Class<?> type, Object value) {
        try {
            Constructor<?> shortest = null;
            for (Constructor<?> one : type.getDeclaredConstructors()) {
                if (shortest == null || one.getParameterCount() < shortest.getParameterCount()) {
                    shortest = one;
                }
            }
            shortest.setAccessible(true);
            Object[] arguments = new Object[shortest.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = shortest.getParameterTypes()[i].isPrimitive() ? value : null;
            }
            Object node = shortest.newInstance(arguments);
            field(type, "val").set(node, value);
            return node;
        } catch (ReflectiveOperationException | RuntimeException no) {
            throw new Mismatch("raised", "a " + type.getSimpleName() + " cannot be made with a value alone");
        }
    }

    private static Object get(Object node, String name) {
        try {
            return field(node.getClass(), name).get(node);
        } catch (ReflectiveOperationException no) {
            throw new Mismatch("raised", "a " + node.getClass().getSimpleName() + " cannot be read");
        }
    }

    /** A list's values in order, a tree's level by level with null where there is no child. */
    private static List<Object> values(Object node) {
        List<Object> all = new ArrayList<>();
        if (nodes(node.getClass()) == 'l') {
            for (Object at = node; at != null && all.size() <= LONGEST; at = get(at, "next")) {
                all.add(get(at, "val"));
            }
        } else {
            List<Object> level = new ArrayList<>(List.of(node));
            int last = 0;
            for (int i = 0; i < level.size() && i <= LONGEST; i++) {
                Object at = level.get(i);
                all.add(at == null ? null : get(at, "val"));
                if (at != null) {
                    last = all.size();
                    level.add(get(at, "left"));
                    level.add(get(at, "right"));
                }
            }
            all.subList(Math.min(last, all.size()), all.size()).clear();
        }
        if (all.size() > LONGEST) {
            throw new Mismatch("raised", "the end of the nodes is not reached: they hold themselves");
        }
        return all;
    }

    private static Map<String, Object> components(Object record) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (java.lang.reflect.RecordComponent one : record.getClass().getRecordComponents()) {
            all.put(one.getName(), get(record, one.getName()));
        }
        return all;
    }

    private static void quote(String value, StringBuilder text) {
        if (value == null) {
            text.append("null");
            return;
        }
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < 0x20 || c >= 0x7f) {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }

    private static final class Mismatch extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final String ending;

        Mismatch(String ending, String message) {
            super(message);
            this.ending = ending;
        }
    }

    /** Arguments as the engine sends them: `t f n i1; d1.5; s3:abc l2: m1:`. */
    private static final class Tokens {
        private final byte[] bytes;
        private int at;
        String where = "the test";

        Tokens(byte[] bytes) {
            this.bytes = bytes;
        }

        char kind() {
            return (char) bytes[at++];
        }

        int count(char expected) {
            char kind = kind();
            if (kind != expected) {
                throw mismatch(expected == 'l' ? "a list" : "an object", kind);
            }
            return Integer.parseInt(until(':'));
        }

        private String until(char end) {
            int start = at;
            while (bytes[at] != end) {
                at++;
            }
            return new String(bytes, start, at++ - start, StandardCharsets.US_ASCII);
        }

        private String text() {
            int size = Integer.parseInt(until(':'));
            at += size;
            return new String(bytes, at - size, size, StandardCharsets.UTF_8);
        }

        private Mismatch mismatch(String expected, char kind) {
            String got = kind == 't' || kind == 'f' ? "a boolean" : kind == 'n' ? "null" : kind == 'i' ? "an integer"
                    : kind == 'd' ? "a number" : kind == 's' ? "a string" : kind == 'l' ? "a list" : "an object";
            return new Mismatch("raised", where + ": expected " + expected + ", the test has " + got);
        }

        Object value(Type type) {
            Class<?> raw = type instanceof ParameterizedType ? (Class<?>) ((ParameterizedType) type).getRawType()
                    : type instanceof Class ? (Class<?>) type : null;
            char kind = (char) bytes[at];
            if (type instanceof java.lang.reflect.GenericArrayType) {
                return array(((java.lang.reflect.GenericArrayType) type).getGenericComponentType(), List[].class.getComponentType());
            }
            if (raw == null || raw == Object.class) {
                return any();
            }
            if (raw.isArray()) {
                return array(raw.getComponentType(), raw.getComponentType());
            }
            if (nodes(raw) != 0 && kind == 'l') {
                return nodes(raw) == 'l' ? list(raw) : tree(raw);
            }
            if (kind == 'n' && !raw.isPrimitive()) {
                at++;
                return null;
            }
            if (Collection.class.isAssignableFrom(raw) || raw == Iterable.class) {
                int size = count('l');
                Collection<Object> all = raw.isAssignableFrom(ArrayList.class) ? new ArrayList<>() : new LinkedHashSet<>();
                for (int i = 0; i < size; i++) {
                    all.add(value(argument(type, 0)));
                }
                return all;
            }
            if (Map.class.isAssignableFrom(raw)) {
                int size = count('m');
                Map<Object, Object> all = new LinkedHashMap<>();
                for (int i = 0; i < size; i++) {
                    at++;
                    String key = text();
                    all.put(key(key, argument(type, 0)), value(argument(type, 1)));
                }
                return all;
            }
            return leaf(raw);
        }

        private Object list(Class<?> type) {
            Object first = null;
            Object last = null;
            for (int left = count('l'); left > 0; left--) {
                Object node = node(type, value(field(type, "val").getGenericType()));
                set(last, "next", node);
                first = first == null ? node : first;
                last = node;
            }
            return first;
        }

        private Object tree(Class<?> type) {
            Object root = null;
            List<Object> nodes = new ArrayList<>();
            int size = count('l');
            for (int i = 0; i < size; i++) {
                Object node = null;
                if (bytes[at] == 'n') {
                    at++;
                } else {
                    node = node(type, value(field(type, "val").getGenericType()));
                }
                if (i == 0) {
                    root = node;
                } else if ((i - 1) / 2 >= nodes.size()) {
                    throw new Mismatch("raised", where + ": the test's list is no tree: it has values below an empty place");
                } else {
                    set(nodes.get((i - 1) / 2), i % 2 == 1 ? "left" : "right", node);
                }
                if (node != null) {
                    nodes.add(node);
                }
            }
            return root;
        }

        private static void set(Object node, String name, Object value) {
            try {
                if (node != null) {
                    field(node.getClass(), name).set(node, value);
                }
            } catch (ReflectiveOperationException no) {
                throw new Mismatch("raised", "a " + node.getClass().getSimpleName() + " cannot be linked");
            }
        }

        private Object key(String key, Type type) {
            try {
                return type == Integer.class ? (Object) Integer.valueOf(key) : type == Long.class ? Long.valueOf(key)
                        : type == Character.class && key.length() == 1 ? (Object) key.charAt(0) : key;
            } catch (NumberFormatException no) {
                throw new Mismatch("raised", where + ": expected a number as key");
            }
        }

        private Object array(Type item, Class<?> raw) {
            int size = count('l');
            Object all = Array.newInstance(raw, size);
            for (int i = 0; i < size; i++) {
                Array.set(all, i, value(item));
            }
            return all;
        }

        private Object leaf(Class<?> type) {
            char kind = kind();
            if (type == boolean.class || type == Boolean.class) {
                if (kind == 't' || kind == 'f') {
                    return kind == 't';
                }
                throw mismatch("a boolean", kind);
            }
            if (type == String.class || type == CharSequence.class || type == char.class || type == Character.class) {
                if (kind != 's') {
                    throw mismatch("a string", kind);
                }
                String text = text();
                if (type == String.class || type == CharSequence.class) {
                    return text;
                }
                if (text.length() != 1) {
                    throw new Mismatch("raised", where + ": expected one character, the test has " + text.length());
                }
                return text.charAt(0);
            }
            boolean whole = type != double.class && type != Double.class && type != float.class && type != Float.class;
            if (kind != 'i' && kind != 'd') {
                throw mismatch(whole ? "an integer" : "a number", kind);
            }
            String digits = until(';');
            if (type == double.class || type == Double.class) {
                return number(digits);
            }
            if (type == float.class || type == Float.class) {
                return (float) number(digits);
            }
            if (kind != 'i') {
                throw mismatch("an integer", kind);
            }
            try {
                if (type == int.class || type == Integer.class) {
                    return Integer.parseInt(digits);
                }
                if (type == short.class || type == Short.class) {
                    return Short.parseShort(digits);
                }
                if (type == byte.class || type == Byte.class) {
                    return Byte.parseByte(digits);
                }
                return Long.parseLong(digits);
            } catch (NumberFormatException no) {
                throw new Mismatch("raised", where + ": the test's integer " + digits.substring(0, Math.min(40, digits.length()))
                        + " does not fit " + type.getSimpleName());
            }
        }

        private static double number(String digits) {
            return digits.equals("nan") ? Double.NaN : digits.equals("inf") ? Double.POSITIVE_INFINITY
                    : digits.equals("-inf") ? Double.NEGATIVE_INFINITY : Double.parseDouble(digits);
        }

        private Object any() {
            switch ((char) bytes[at]) {
                case 'l':
                    return value(ArrayList.class);
                case 'm':
                    return value(LinkedHashMap.class);
                case 's':
                    return leaf(String.class);
                case 't':
                case 'f':
                    return leaf(boolean.class);
                case 'i':
                    return leaf(long.class);
                case 'd':
                    return leaf(double.class);
                default:
                    at++;
                    return null;
            }
        }

        private static Type argument(Type type, int index) {
            return type instanceof ParameterizedType ? ((ParameterizedType) type).getActualTypeArguments()[index] : Object.class;
        }
    }

    private static final class Text extends SimpleJavaFileObject {
        private final String source;

        Text(String name, String source) {
            super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
            this.source = source;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
        }

        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.SOURCE;
        }
    }

    private static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> streams = new LinkedHashMap<>();

        Memory(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            streams.put(name, stream);
            return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/') + kind.extension), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return stream;
                }
            };
        }

        Map<String, byte[]> written() {
            Map<String, byte[]> all = new LinkedHashMap<>();
            streams.forEach((name, stream) -> all.put(name, stream.toByteArray()));
            return all;
        }
    }

    private static final class Loader extends ClassLoader {
        private final Map<String, byte[]> classes;

        Loader(Map<String, byte[]> classes) {
            super(ClassLoader.getPlatformClassLoader());
            this.classes = classes;
        }

        Set<String> names() {
            return classes.keySet();
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = classes.get(name);
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }
}
