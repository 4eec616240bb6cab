// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// One request to a Kubernetes API server: `k8s` of the record. The object's name goes to the group `what`, a command to
/// `payload`.
package struct KubernetesFacts: Sendable {
    /// Bytes that went through the streams of exec, attach and the like.
    package struct Streams: Hashable, Sendable {
        package var input: UInt64?
        package var output: UInt64?
        package var errors: UInt64?

        package init(input: UInt64?, output: UInt64?, errors: UInt64?) {
            self.input = input
            self.output = output
            self.errors = errors
        }
    }

    package var verb: String
    /// Nil for the core group.
    package var group: String?
    package var resource: String?
    package var subresource: String?
    package var namespace: String?
    package var container: String?
    /// Whether a terminal was asked for.
    package var terminal: Bool?
    /// The command's exit code in decimal, or `lost` if the stream ended without one.
    package var exit: String?
    package var streams: Streams?

    package init(
        verb: String, group: String? = nil, resource: String? = nil, subresource: String? = nil,
        namespace: String? = nil, container: String? = nil, terminal: Bool? = nil,
        exit: String? = nil, streams: Streams? = nil
    ) {
        self.verb = verb
        self.group = group
        self.resource = resource
        self.subresource = subresource
        self.namespace = namespace
        self.container = container
        self.terminal = terminal
        self.exit = exit
        self.streams = streams
    }

    /// Writes the member `k8s` and a comma.
    func write(to text: inout RecordText) {
        text.putObject(#""k8s":{"#) { text in
            text.put(#""api_group":"#, group, path: "k8s.api_group")
            if let streams {
                text.putObject(#""bytes":{"#) { text in
                    text.put(#""stderr":"#, streams.errors)
                    text.put(#""stdin":"#, streams.input)
                    text.put(#""stdout":"#, streams.output)
                }
            }
            text.put(#""container":"#, container, path: "k8s.container")
            text.put(#""exit":"#, exit, path: "k8s.exit")
            text.put(#""namespace":"#, namespace, path: "k8s.namespace")
            text.put(#""resource":"#, resource, path: "k8s.resource")
            text.put(#""subresource":"#, subresource, path: "k8s.subresource")
            text.put(#""tty":"#, terminal)
            text.put(#""verb":"#, verb, path: "k8s.verb")
        }
    }

    /// What readers know of them.
    static let members: [(String, RecordSchema.Form)] = [
        ("k8s.api_group", .text), ("k8s.bytes.stderr", .integer(RecordSchema.whole)),
        ("k8s.bytes.stdin", .integer(RecordSchema.whole)),
        ("k8s.bytes.stdout", .integer(RecordSchema.whole)), ("k8s.container", .text),
        ("k8s.exit", .text), ("k8s.namespace", .text), ("k8s.resource", .text),
        ("k8s.subresource", .text), ("k8s.tty", .bool), ("k8s.verb", .text),
    ]
}
