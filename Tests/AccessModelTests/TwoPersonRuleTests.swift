// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Testing

@Suite struct `Two persons` {
    private static let asked = UTCInstant(microseconds: 1000)
    private let ada = Approver.account("ada", of: "p1")
    private let bob = Approver.account("bob", of: "p2")

    private func fault(_ approvers: [Approver], by requester: Approver) -> TwoPersonRule.Fault? {
        TwoPersonRule().fault(approvers, requester: requester, at: Self.asked)
    }

    @Test func `are two, however many accounts each has`() {
        #expect(fault([ada, bob], by: ada) == nil)
        #expect(fault([bob, ada], by: .account("eve", of: "p3")) == nil)
        #expect(fault([ada, .account("ada-admin", of: "p1")], by: ada) == .tooFew(1))
        #expect(fault([ada], by: ada) == .tooFew(1))
        #expect(fault([], by: ada) == .tooFew(0))
    }

    @Test func `were there before the request, and owe their accounts to somebody else`() {
        let new = Approver.account("new", of: "p4", made: Self.asked)
        #expect(fault([ada, new], by: ada) == .newAccount("new"))
        let puppet = Approver.account("puppet", of: "p5", owedTo: ["p9", "p1"])
        #expect(fault([ada, puppet], by: ada) == .madeByRequester("puppet"))
        // Two who are one person stay one, whoever asks, and in either order.
        #expect(fault([ada, puppet], by: bob) == .notApart("ada", "puppet"))
        #expect(fault([puppet, ada], by: bob) == .notApart("puppet", "ada"))
        // Both are the requester's: neither counts.
        let doll = Approver.account("doll", of: "p6", owedTo: ["p1"])
        #expect(fault([doll, puppet], by: ada) == .madeByRequester("doll"))
        // The one who asks owes the own account to the other.
        let eve = Approver.account("eve", of: "p3", owedTo: ["p2"])
        #expect(fault([bob, eve], by: eve) == .notApart("bob", "eve"))
        let gone = Approver.account("gone", of: "p7", isRemoved: true)
        #expect(fault([ada, gone], by: ada) == .removedAccount("gone"))
        // Whoever changes the own password does not make the own account another's.
        #expect(fault([.account("ada", of: "p1", owedTo: ["p1"]), bob], by: ada) == nil)
        // What one of them lacks, a third person makes up for.
        #expect(fault([ada, new, bob], by: ada) == nil)
    }

    @Test func `are users of the host until there are accounts, and root is nobody`() {
        let (one, other) = (Approver.hostUser("uid:1001"), Approver.hostUser("uid:1002"))
        #expect(fault([one, other], by: one) == nil)
        #expect(fault([one, .hostUser("uid:0")], by: one) == .root)
        // Somebody of the host, and the account that they made.
        let own = Approver.account("acc", of: "acc", owedTo: ["uid:1001"])
        #expect(fault([one, own], by: one) == .madeByRequester("acc"))
        #expect(fault([one, own], by: other) == .notApart("uid:1001", "acc"))
        #expect(fault([other, own], by: other) == nil)
    }
}

extension Approver {
    fileprivate static func account(
        _ name: String, of person: String, made: UTCInstant = UTCInstant(microseconds: 999),
        owedTo: Set<String> = [], isRemoved: Bool = false
    ) -> Approver {
        Approver(
            name: name, person: person,
            account: Account(since: made, owedTo: owedTo, isRemoved: isRemoved))
    }
}
