// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// One message of the Model Context Protocol: `mcp` of the record. Arguments and results go to the group `payload`.
package struct MCPFacts: Sendable {
    /// Such as `tools/call`.
    package var method: String
    /// The server as the configuration names it.
    package var server: String?
    package var tool: String?
    /// Digest of the tool's definition that was in force: `sha256:` and hex.
    package var toolHash: String?
    /// Version of the protocol.
    package var version: String?
    /// Code of a JSON-RPC error, or `tool` if the tool itself reported one.
    package var error: String?
    /// Bytes of the arguments.
    package var parameterBytes: UInt64?
    /// Bytes of the result.
    package var resultBytes: UInt64?

    package init(
        method: String, server: String? = nil, tool: String? = nil, toolHash: String? = nil,
        version: String? = nil, error: String? = nil, parameterBytes: UInt64? = nil,
        resultBytes: UInt64? = nil
    ) {
        self.method = method
        self.server = server
        self.tool = tool
        self.toolHash = toolHash
        self.version = version
        self.error = error
        self.parameterBytes = parameterBytes
        self.resultBytes = resultBytes
    }

    /// Writes the member `mcp` and a comma.
    func write(to text: inout RecordText) {
        text.putObject(#""mcp":{"#) { text in
            text.put(#""error":"#, error, path: "mcp.error")
            text.put(#""method":"#, method, path: "mcp.method")
            text.put(#""params_size":"#, parameterBytes)
            text.put(#""protocol":"#, version, path: "mcp.protocol")
            text.put(#""result_size":"#, resultBytes)
            text.put(#""server":"#, server, path: "mcp.server")
            text.put(#""tool":"#, tool, path: "mcp.tool")
            text.put(#""tool_hash":"#, toolHash, path: "mcp.tool_hash")
        }
    }

    /// What readers know of them.
    static let members: [(String, RecordSchema.Form)] = [
        ("mcp.error", .text), ("mcp.method", .text),
        ("mcp.params_size", .integer(RecordSchema.whole)), ("mcp.protocol", .text),
        ("mcp.result_size", .integer(RecordSchema.whole)), ("mcp.server", .text),
        ("mcp.tool", .text), ("mcp.tool_hash", .text),
    ]
}
