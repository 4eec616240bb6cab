// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Testing

@Suite struct `The number of a case` {
    @Test(arguments: [
        // Jira, Linear, YouTrack
        "DSR-2026-117", "SEC-19", "A-1", "GDPR-2026-0017", "RET-2025-11", "LIT-7",
        // ServiceNow, BMC Remedy
        "INC0012345", "RITM0010001", "SCTASK0010001", "CS0001234", "INC1234567", "CHG0030012",
        "INC000000123456",
        // GitHub, GitLab, Phabricator
        "#123", "GH-123", "GH#123", "T1234",
        // Zendesk, Freshdesk, Salesforce, RT, OTRS
        "12345", "7", "00001234", "RT:45678", "TICKET#2026113010000017",
        // Registries and courts
        "CASE/2026/77", "2026/DSR/117", "DSR:2026-117", "INC-1207",
        // Of this log
        "019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f",
    ])
    func `has the forms of ticket systems`(text: String) {
        #expect(PrivacyReference(text)?.text == text)
        #expect(PrivacyReference(recorded: text)?.text == text)
    }

    @Test(arguments: [
        // First parts of e-mail addresses, and names of users
        "alice.miller1982", "alice_miller82", "alice-miller-82", "amiller2", "a.miller-1",
        "miller-1982", "Miller-1982", "AliceMiller82", "ALICE.MILLER1982", "MILLER1982",
        "MILLER19820307", "A.MILLER-1982", "ALICE_1982", "Alice-7", "u1001", "uid:1001", "j.doe.2",
        "alice1982", "o-brien-3", "ALICE-MILLER-1982", "1982-ALICE-MILLER-3", "alice/1982",
        "alice#1982", "x1", "r2d2",
        // Addresses
        "ada@example.com1", "alice@1982", "192.168.0.7", "10.0.0.1:8080", "10:0:0:1",
        // What identifies people by number: telephones, dates of birth, social security
        "491701234567", "4155550123", "1982-03-07", "07/03/1982", "078-05-1120", "756.1234.5678.97",
        // Words
        "", "Ada", "DSR", "DSR-", "-7", "#", "DSR--7", "DSR-7-", "#DSR-7", "DSR-7a",
        "Ada Lovelace 1", "\u{FC}1",
        "DSR-2026-117 Alice", "DSR-1-2-3-4-5", "ABCDEFGHIJK-1", "org/repo#123", "audit-2026-Q4",
        "019DAB3C-5F59-7C3E-9D0A-6F3B2C1D4E5F",
    ])
    func `has not those of names, addresses and numbers of people`(text: String) {
        #expect(PrivacyReference(text) == nil)
    }

    @Test func `is short`() {
        let digits = String(repeating: "1", count: 19)
        #expect(PrivacyReference("DSR-\(digits)-\(digits)-\(digits)") != nil)
        #expect(PrivacyReference("DSRX-\(digits)-\(digits)-\(digits)1") == nil)
    }

    @Test func `is read from earlier records, which had more forms`() {
        for text in ["alice.miller1982", "a.b:c_1", "INC/7", "case-7"] {
            #expect(PrivacyReference(recorded: text)?.text == text)
        }
        for text in ["", "Ada", "Ada Lovelace 1", "ada@example.com1", "\u{FC}1"] {
            #expect(PrivacyReference(recorded: text) == nil)
        }
    }
}
