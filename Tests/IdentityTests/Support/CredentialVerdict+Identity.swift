// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Identity

extension CredentialVerdict {
    var identity: VerifiedIdentity? {
        if case .identified(let identity) = self { identity } else { nil }
    }
}
