import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.IntrospectionUtils;

/**
 * Answers every request with what the container read of it, as fields: a letter, a length in four
 * bytes, UTF-8. Arguments: a work folder, then name=value for the connector. Prints "port N"; each
 * line on standard input prints "served N read N"; its end ends the program.
 */
public class Echo extends HttpServlet {
    static final AtomicLong SERVED = new AtomicLong();

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        field(out, 'M', request.getMethod());
        field(out, 'U', request.getRequestURI());
        field(out, 'C', getServletContext().getContextPath());
        field(out, 'P', request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo()));
        field(out, 'Q', request.getQueryString());
        field(out, 'S', request.getServerName());
        for (String name : Collections.list(request.getHeaderNames())) {
            for (String value : Collections.list(request.getHeaders(name))) {
                field(out, 'H', name);
                field(out, 'V', value);
            }
        }
        for (Map.Entry<String, String[]> parameter : request.getParameterMap().entrySet()) {
            for (String value : parameter.getValue()) {
                field(out, 'N', parameter.getKey());
                field(out, 'W', value);
            }
        }
        // What a form's parameters took of the body is gone; the rest is told by length and sum.
        CRC32 sum = new CRC32();
        byte[] piece = new byte[8192];
        long length = 0;
        for (int read; (read = request.getInputStream().read(piece)) > 0; length += read) {
            sum.update(piece, 0, read);
        }
        // One that was cut within its body never comes here.
        SERVED.incrementAndGet();
        field(out, 'B', length + " " + sum.getValue());
        if (request.getMethod().equals("HEAD")) {
            response.setHeader("X-Echo", Base64.getEncoder().encodeToString(bytes.toByteArray()));
        }
        response.setContentType("application/x-echo");
        response.setContentLength(bytes.size());
        bytes.writeTo(response.getOutputStream());
    }

    static void field(DataOutputStream out, char kind, String text) throws IOException {
        if (text != null) {
            byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
            out.writeByte(kind);
            out.writeInt(encoded.length);
            out.write(encoded);
        }
    }

    static long readByContainer() throws Exception {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        long count = 0;
        for (ObjectName name : beans.queryNames(new ObjectName("*:type=GlobalRequestProcessor,*"), null)) {
            count += ((Number) beans.getAttribute(name, "requestCount")).longValue();
        }
        return count;
    }

    public static void main(String[] arguments) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(arguments[0]);
        Connector connector = new Connector("HTTP/1.1");
        connector.setPort(0);
        connector.setProperty("address", "127.0.0.1");
        for (int i = 1; i < arguments.length; i++) {
            String[] pair = arguments[i].split("=", 2);
            if (!IntrospectionUtils.setProperty(connector, pair[0], pair[1])) {
                throw new IllegalArgumentException("the connector has no " + pair[0]);
            }
        }
        tomcat.setConnector(connector);
        for (String path : new String[] {"", "/below"}) {
            Context context = tomcat.addContext(path, new File(arguments[0]).getAbsolutePath());
            Tomcat.addServlet(context, "echo", new Echo());
            context.addServletMappingDecoded("/*", "echo");
        }
        tomcat.start();
        System.out.println("port " + connector.getLocalPort());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        while (lines.readLine() != null) {
            System.out.println("served " + SERVED.get() + " read " + readByContainer());
        }
        System.exit(0);
    }
}
