// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0
// Java's HttpClient: `java Client.java BASE CHECK ...`; a line for each check.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.HexFormat;

public class Client {
    static final HttpClient client =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    static String base;

    static HttpResponse<byte[]> ask(String method, String path, byte[] body, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(base + path));
        var content = body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(body);
        request.method(method, content);
        if (headers.length > 0) request.headers(headers);
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    static void want(boolean condition, Object seen) {
        if (!condition) throw new IllegalStateException(String.valueOf(seen));
    }

    static void check(String name) throws Exception {
        switch (name) {
            case "page" -> want(new String(ask("GET", "/page", null).body()).trim().equals("hello"), "no page");
            case "redirect" -> {
                var answer = ask("GET", "/dir", null);
                want(new String(answer.body()).trim().equals("folder") && answer.uri().toString().startsWith(base + "/"), answer.uri());
            }
            case "cookie" -> want(new String(ask("GET", "/cookie", null).body()).equals("set"), "no answer with a cookie");
            case "upload" -> {
                var body = "0123456789abcdef".repeat(200_000).getBytes();
                var sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
                want(new String(ask("POST", "/upload", body).body()).equals(sum), "other bytes");
            }
            case "chunked" -> want(new String(ask("GET", "/chunked", null).body()).lines().count() == 100, "pieces are missing");
            case "gzip" -> want(ask("GET", "/gzip", null, "Accept-Encoding", "gzip").body()[0] == 0x1F, "not packed");
            case "events" -> want(new String(ask("GET", "/events", null).body()).split("\n\n").length == 3, "events are missing");
            case "head" -> {
                for (int n = 0; n < 2; n++) {
                    var length = ask("HEAD", "/big", null).headers().firstValue("content-length");
                    want(length.orElse("").equals("1048576"), length);
                }
            }
            case "range" -> {
                var answer = ask("GET", "/big", null, "Range", "bytes=1000-1999");
                want(answer.statusCode() == 206 && answer.body().length == 1000, answer.statusCode());
            }
            case "unchanged" -> {
                var etag = ask("GET", "/page", null).headers().firstValue("etag").orElse("");
                want(ask("GET", "/page", null, "If-None-Match", etag).statusCode() == 304, etag);
            }
            default -> throw new IllegalArgumentException(name);
        }
    }

    public static void main(String[] arguments) {
        base = arguments[0];
        for (int n = 1; n < arguments.length; n++) {
            try {
                check(arguments[n]);
                System.out.println("ok " + arguments[n]);
            } catch (Exception error) {
                System.out.println("bad " + arguments[n] + " " + error);
            }
        }
        System.exit(0);
    }
}
