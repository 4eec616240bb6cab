// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import Foundation
import Testing

@Suite("GeneratedDocs: roles")
struct RoleTests {
    @Test("No role includes another, and each right is somebody's")
    func sets() {
        for role in Role.allCases {
            for other in Role.allCases where other != role {
                #expect(!role.rights.isSuperset(of: other.rights), "\(role) includes \(other)")
            }
        }
        #expect(Role.allCases.rights == Set(Right.allCases))
    }

    @Test("Personal values are for auditors; who manages accounts sees none, and approves nothing")
    func separation() {
        for role in Role.allCases where role != .auditor {
            #expect(!role.rights.contains(.personalRead), "\(role)")
        }
        #expect(Role.admin.rights == [.statusRead, .accountRead, .accountManage])
        let changing: Set<Right> = [
            .proxyOperate, .privacyRequest, .privacyApprove, .accountManage,
        ]
        #expect(Role.auditor.rights.isDisjoint(with: changing))
    }

    @Test("Docs/Using/Roles.md has the table of rights")
    func page() throws {
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Docs/Using/Roles.md")
        var page = try String(contentsOf: file, encoding: .utf8)
        let (start, end) = ("<!-- rights -->\n", "\n<!-- end of rights -->")
        let from = try #require(page.range(of: start)?.upperBound)
        let to = try #require(page.range(of: end)?.lowerBound)
        if ProcessInfo.processInfo.environment["COUNTERSIGN_WRITE_GOLDEN"] != nil {
            page.replaceSubrange(from..<to, with: RoleTable.markdown)
            try page.write(to: file, atomically: true, encoding: .utf8)
        } else {
            let isCurrent = page[from..<to] == RoleTable.markdown
            #expect(isCurrent, "Docs/Using/Roles.md is out of date: run `make docs`")
        }
    }
}
