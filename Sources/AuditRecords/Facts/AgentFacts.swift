// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
import ByteCoding
import Disclosures

/// The software agent that acts: `actor.agent` of the record. What it says about itself is a claim.
package struct AgentFacts: Hashable, Sendable {
    package var name: String?
    package var version: String?
    /// The language model that it says it is.
    package var model: String?
    /// Its run: all that it does for one task.
    package var run: String?

    package init(name: String?, version: String?, model: String?, run: String?) {
        self.name = name
        self.version = version
        self.model = model
        self.run = run
    }

    var json: JSONValue {
        var members: [JSONMember] = []
        members.add("model", model)
        members.add("name", name)
        members.add("run", run)
        members.add("version", version)
        return .object(members)
    }

    /// What readers know of it and of those on whose behalf it acts.
    static let members: [(String, RecordSchema.Form)] = [
        ("actor.agent.model", .text), ("actor.agent.name", .text), ("actor.agent.run", .text),
        ("actor.agent.version", .text), ("actor.via", .array),
    ]
}

/// Somebody on whose behalf an actor acts: an item of `actor.via`, the outermost last (RFC 8693 `act`).
package struct ActingParty: Hashable, Sendable {
    /// An opaque id, never the provider's name for them.
    package var uid: String
    package var kind: Principal.Kind
    package var issuer: String?

    package init(uid: String, kind: Principal.Kind, issuer: String?) {
        self.uid = uid
        self.kind = kind
        self.issuer = issuer
    }

    var json: JSONValue {
        var members: [JSONMember] = []
        members.add("issuer", issuer)
        members.add("type", kind.rawValue)
        members.add("uid", uid)
        return .object(members)
    }
}
