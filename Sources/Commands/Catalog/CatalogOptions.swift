// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Catalog
import Messages
import Server
import Settings
import SystemPackage

/// Which catalog a command works on: that of the configured log, or of a directory that was named.
struct CatalogOptions: ParsableArguments {
    @Option(
        help: "Folder of the catalog, instead of the configured one.", completion: .directory)
    var catalog: String?

    @OptionGroup var log: LogOptions

    /// The catalog's folder.
    func folder() throws(CommandFailure) -> CatalogFolder {
        if let catalog { return CatalogFolder(FilePath(catalog)) }
        guard let folder = try log.catalogFolder() else {
            throw CommandFailure(
                .notFound,
                "no catalog is kept: the configuration says `log.catalog: off`; take that out and restart the server."
            )
        }
        return folder
    }
}

extension CommandFailure {
    /// A catalog cannot be used.
    init(_ failure: CatalogFailure) {
        let status: ExitStatus =
            switch failure.code {
            case .inUse, .interrupted: .unavailable
            case .notCounted: .usage
            case .damaged, .otherLog, .newer, .older, .diskFull, .unavailable, .notNext: .failure
            }
        self.init(status, "\(failure.message)")
    }

    /// A catalog cannot follow its log.
    init(_ failure: CatalogFollowFailure) {
        switch failure {
        case .log(let failure): self.init(failure)
        case .catalog(let failure): self.init(failure)
        }
    }
}
