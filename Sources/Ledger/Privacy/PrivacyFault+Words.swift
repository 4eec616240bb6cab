// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Disclosures

extension PrivacyFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused(let refusal): Self.words(of: refusal)
        case .unknownKey(let id):
            "Nothing is sealed under \(id): no key of that id was ever made. `countersign privacy find` lists whose values there are."
        case .notOver(let period):
            "\(period.text) is not over: values are still sealed under its key. Let it expire next month."
        case .notRecorded(let why): "The log took no record, and nothing was done. \(why)"
        case .unfinished(let why):
            "It is recorded, and not done to its end: \(why). The next start of the proxy, or the next of these commands, does the rest."
        case .closed: "The log is closed: the proxy is stopping. Run this again once it is back."
        }
    }

    private static func words(of refusal: PrivacyRefusal) -> String {
        switch refusal {
        case .badScope:
            "It names nothing that can be destroyed, or more than \(PrivacyScope.most): subjects are erased, months expire."
        case .notAPerson(let id):
            "\(id.text) stands for no single person, but for everybody who has no id of their own; let a month expire instead."
        case .alreadyErased(let id): "\(id) is erased already: its key is gone."
        case .noSuchRequest:
            "No such request is open: it was carried out, turned down or never made. `countersign privacy find` lists those that are."
        case .noSuchHold:
            "No such hold is in force; `countersign privacy find` lists those that are."
        case .alreadyApproved:
            "This person is for it already; somebody else has to be, too: `countersign privacy approve`."
        case .needsTwoPersons(let fault): words(of: fault)
        case .held(let hold, let reference):
            "It is held\(reference.map { " for \($0)" } ?? ""), by record \(hold.text): nothing of it may be destroyed. Two persons can end that: `countersign privacy release \(hold.text)`."
        case .notForPeople: "Only the log itself says that."
        }
    }

    private static func words(of fault: TwoPersonRule.Fault) -> String {
        switch fault {
        case .tooFew(let count):
            "It takes two persons, and \(count) \(count == 1 ? "is" : "are") for it. Another one runs `countersign privacy approve`."
        case .root:
            "Whoever is root can be anybody, so their word does not count. Log in under a name of your own, and run this with sudo from there."
        case .newAccount(let name):
            "\(name) is not older than the request, or was given another password since, so their word does not count. Somebody else runs `countersign privacy approve`."
        case .removedAccount(let name):
            "\(name) has no account any more, so their word does not count. Somebody else runs `countersign privacy approve`."
        case .madeByRequester(let name):
            "Whoever asks has made \(name), or set its password, so their word does not count. Somebody else runs `countersign privacy approve`."
        case .notApart(let one, let other):
            "One of \(one) and \(other) has made the other's account, or set its password, so they count as one person. Somebody else runs `countersign privacy approve`."
        }
    }
}
