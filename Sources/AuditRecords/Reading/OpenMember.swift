// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding

/// Members whose set of words may grow: a later version may write others, which a reader shows
/// unchanged and never treats as a fault.
///
/// Writers write only the words of the enums.
package enum OpenMember: String, CaseIterable, Sendable {
    case stage
    case category = "event.category"
    case outcome = "event.outcome"
    case actorKind = "actor.type"
    case method = "actor.auth.method"
    case binding = "actor.auth.bound"
    case claimedMethod = "actor.claimed.method"
    case effect = "decision.effect"
    case durability = "durability.mode"

    /// The words that this version knows.
    package var known: Set<String> {
        switch self {
        case .stage: words(RecordStage.self)
        case .category: words(EventCategory.self)
        case .outcome: words(EventOutcome.self)
        case .actorKind: words(Principal.Kind.self)
        case .method, .claimedMethod: words(Authentication.Method.self)
        case .binding: words(Authentication.Binding.self)
        case .effect: words(Decision.Effect.self)
        case .durability: words(LogDurability.self)
        }
    }

    /// The member's form in the schema: any text.
    var form: RecordSchema.Form { .known(known) }

    private func words<Word: RawRepresentable & CaseIterable>(
        _ type: Word.Type
    ) -> Set<String> where Word.RawValue == String { Set(type.allCases.map(\.rawValue)) }
}

extension Record {
    /// What an open member says, whether or not this version knows the word; nil if it says
    /// nothing.
    package func word(_ member: OpenMember) -> String? {
        member.rawValue.split(separator: ".")
            .reduce(value) { value, name in value?[String(name)] }?.string
    }
}
