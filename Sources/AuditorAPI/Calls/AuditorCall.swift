// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Accounts
package import ByteCoding
import Console
import HTTPTypes
import Hummingbird
package import HummingbirdCore
import Messages

/// One call of an operation: what it was told, each value in its form, and by whom.
package struct AuditorCall: Sendable {
    package let request: Request
    package let reader: AccountIdentity
    /// When it came, by which relative times are measured.
    package let now: UTCInstant
    /// Whether values stood in the URL.
    package let isInURL: Bool
    /// Held for as long as the call is answered.
    private let slot: SearchSlots.Slot?
    let values: [String: String]
    private let path: @Sendable (String) -> String?

    /// Reads what was sent; whatever the operation does not declare is a mistake.
    init(
        _ operation: AuditorOperation, _ request: Request, _ context: ConsoleContext,
        at desk: AuditorDesk
    ) throws {
        guard let reader = context.visitor.identity else { throw ConsoleProblem.unidentified() }
        self.request = request
        self.reader = reader
        now = desk.sources.now()
        isInURL = request.method != .post
        let parameters = context.parameters
        path = { parameters.get($0) }
        var values: [String: String] = [:]
        for name in context.form.names {
            guard let parameter = operation.parameters.first(where: { $0.name == name }) else {
                throw Self.unknown(name, operation)
            }
            let value = context.form[name] ?? ""
            // A browser's form sends all of its fields, also those that nothing was written into.
            if value.isEmpty, context.form["format"] == "html" { continue }
            guard !context.form.unfit.contains(name), parameter.takes(value),
                parameter.isNumber || !context.form.numbers.contains(name)
            else {
                throw AuditorProblem.badParameter.problem(
                    "The value of \(name) cannot be used.", remedy: parameter.remedy,
                    [JSONMember("parameter", .string(name))])
            }
            values[name] = value
        }
        self.values = values
        slot = operation.isSearch ? try desk.slot(for: reader) : nil
    }

    private static func unknown(
        _ name: String, _ operation: AuditorOperation
    ) -> ConsoleProblem {
        let names = operation.parameters.map(\.name)
        let remedy =
            NearestName.of(name, among: names).map { "Did you mean \($0)?" }
            ?? (names.isEmpty
                ? "Leave it out: there are no parameters here."
                : "There are \(names.joined(separator: ", ")).")
        // What is no name of ours may be anything, and is not repeated.
        let isName =
            name.utf8.count <= 32
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || byte == UInt8(ascii: "_")
            }
        return AuditorProblem.unknownParameter.problem(
            isName
                ? "There is no parameter \(name) here."
                : "There is a parameter that this does not take.", remedy: remedy,
            isName ? [JSONMember("parameter", .string(name))] : [])
    }

    /// What it was told of this name.
    package subscript(name: String) -> String? { values[name] }

    /// The same as a number, which it is declared to be.
    package func number(_ name: String) -> Int64? {
        values[name].flatMap { AuditorParameter.number($0) }
    }

    /// The same as several words, without those that stand twice.
    package func words(_ name: String) -> Set<String> {
        Set(values[name]?.split(separator: ",").map { String($0) } ?? [])
    }

    /// A part of the path that the operation's path names in braces.
    package func part(_ name: String) -> String { path(name) ?? "" }
}
