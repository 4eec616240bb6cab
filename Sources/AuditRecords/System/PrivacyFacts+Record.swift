// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding
import Disclosures
import Merkle

extension PrivacyFacts {
    package var action: EventAction {
        switch deed {
        case .request: .privacyRequest
        case .approve: .privacyApprove
        case .refuse: .privacyRefuse
        case .erase: .privacyErase
        case .expire: .privacyExpire
        case .done: .privacyEraseDone
        case .hold: .privacyHold
        case .release: .privacyRelease
        }
    }

    /// What a record says; nil if it says nothing about personal values.
    package init?(_ record: Record) {
        guard let action = record.action.flatMap({ EventAction(rawValue: $0) }) else { return nil }
        let said = record.value["privacy"]
        let deed: Deed
        switch action {
        case .privacyRequest:
            guard let wish = said?["wants"]?.string.flatMap({ Wish(rawValue: $0) }) else {
                return nil
            }
            deed = .request(wish)
        case .privacyApprove: deed = .approve
        case .privacyRefuse:
            guard let ground = said?["ground"]?.string.flatMap({ RefusalGround(rawValue: $0) })
            else { return nil }
            deed = .refuse(ground)
        case .privacyErase: deed = .erase
        case .privacyExpire: deed = .expire
        case .privacyEraseDone: deed = .done
        case .privacyHold: deed = .hold
        case .privacyRelease: deed = .release
        default: return nil
        }
        let scope = EventAction.erasing.contains(action) ? record.value["erase"] : said
        self.init(
            deed, about: said?["about"]?.string.flatMap { UniqueID($0) },
            scope: PrivacyScope(
                subjects: Self.texts(scope?["subjects"]).compactMap { SubjectID($0) },
                periods: Self.texts(scope?["periods"]).compactMap { Period($0.utf8) }),
            reference: said?["reference"]?.string.flatMap { PrivacyReference(recorded: $0) },
            basis: said?["basis"]?.string.flatMap { ErasureBasis(rawValue: $0) },
            approvers: Self.texts(said?["approvers"]),
            values: said?["values"]?.integer.flatMap { UInt64(exactly: $0) },
            range: said?["range"]?.string)
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        (value?.array ?? []).compactMap(\.string)
    }

    /// Members of the record.
    fileprivate func details(after previous: UInt64?) -> [JSONMember] {
        let erases = EventAction.erasing.contains(action)
        var members: [JSONMember] = []
        members.add("about", about?.text)
        if !approvers.isEmpty {
            members.append(JSONMember("approvers", .array(approvers.map { .string($0) })))
        }
        members.add("basis", basis?.rawValue)
        if case .refuse(let ground) = deed { members.add("ground", ground.rawValue) }
        if !erases { members += scope.members }
        members.add("previous", previous)
        members.add("range", range)
        members.add("reference", reference?.text)
        members.add("values", values)
        if case .request(let wish) = deed { members.add("wants", wish.rawValue) }
        members.sort { $0.name < $1.name }
        var details = erases ? [JSONMember("erase", .object(scope.members))] : []
        if !members.isEmpty { details.append(JSONMember("privacy", .object(members))) }
        return details
    }
}

extension PrivacyScope {
    fileprivate var members: [JSONMember] {
        var members: [JSONMember] = []
        if !periods.isEmpty {
            members.append(JSONMember("periods", .array(periods.map { .string($0.text) })))
        }
        if !subjects.isEmpty {
            members.append(JSONMember("subjects", .array(subjects.map { .string($0.text) })))
        }
        return members
    }
}

extension SystemRecord {
    /// The records `privacy.…`, OCSF API Activity: Delete where keys are destroyed, otherwise Other.
    ///
    /// - Parameters:
    ///   - previous: the index of the newest earlier record of this kind: opening follows them back.
    ///   - actor: who does it; the proxy itself where it is done.
    package static func privacy(
        _ facts: PrivacyFacts, uid: UniqueID, time: UTCInstant, after previous: UInt64?,
        actor: Principal
    ) -> SystemRecord {
        let activity: AccessActivity
        let severity: Severity
        switch facts.deed {
        case .erase, .expire, .done: (activity, severity) = (.delete, .high)
        case .hold, .release: (activity, severity) = (.other, .medium)
        case .request, .approve, .refuse: (activity, severity) = (.other, .low)
        }
        return SystemRecord(
            uid: uid, time: time, category: .privacy, eventClass: .apiActivity,
            activity: activity.rawValue, action: facts.action,
            end: EventEnd(outcome: .success, severity: severity), actor: actor,
            details: facts.details(after: previous))
    }

    /// Where the newest of the records `privacy.…` is, for a record from which a later start reads on.
    package func knowing(privacyAt index: UInt64?) -> SystemRecord {
        guard let index else { return self }
        var record = self
        record.details.append(
            JSONMember("privacy", .object([JSONMember("last", .integer(Int64(clamping: index)))])))
        return record
    }
}

extension Record {
    /// Where the newest of the records `privacy.…` is, as far as this one knows; itself, if it is one.
    package var newestPrivacyRecord: UInt64? {
        if action?.hasPrefix("privacy.") == true { return index?.value }
        return value[path: "privacy", "last"]?.integer.flatMap { UInt64(exactly: $0) }
    }

    /// Where the one before it is.
    package var previousPrivacyRecord: UInt64? {
        value[path: "privacy", "previous"]?.integer.flatMap { UInt64(exactly: $0) }
    }
}
