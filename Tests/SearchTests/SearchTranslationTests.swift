// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Catalog
import Query
import Search
import Testing

@Suite struct `What a catalog is asked for a query` {
    private func translation(
        _ text: String, _ unit: CatalogUnit = .access, _ sight: SearchSight = .openedByToken
    ) throws -> SearchTranslation {
        SearchTranslation(try MadeUpSearch.query(text), unit: unit, sight: sight)
    }

    @Test(arguments: [
        "", "status:404 service:billing -method:GET", "is:denied OR role:admin", "shop",
        "label.team:blue dur:>1s size:*", "actor:sub_1", "actor:*", "has:who", "session:x",
        "index:>5", "trace:4bf9*", "since:2h", "-created:2026-11-01",
    ])
    func `is all that there is to say where leaves say it all`(text: String) throws {
        #expect(try translation(text).isExact)
        #expect(try !translation(text).filter.asksForPersonal)
    }

    @Test(arguments: [
        "actor:alice", "ip:10.0.0.0/8", "path:/a", "erased:who", "method:brew", "index:5..9",
        "uid:019dab*", "producer:proxy-a", "status:404 path:/a",
    ])
    func `is a filter for candidates where a catalog does not know enough`(text: String) throws {
        #expect(try !translation(text).isExact)
    }

    @Test func `takes times out of the filter, so that counts need no rows`() throws {
        let translation = try translation("created:2026-11-02..2026-11-03 status:404")
        #expect(
            translation.filter == (try self.translation("status:404").filter))
        let day: Int64 = 86_400_000_000
        let from = try #require(translation.from?.microseconds)
        #expect(translation.until?.microseconds == from + 2 * day)
        #expect(try self.translation("created:2026-11-02 OR status:404").from == nil)
    }

    @Test func `of those who may see nothing leaves personal values in doubt`() throws {
        let translation = try translation("path:/a", .access, .sealed)
        #expect(translation.isExact)
        #expect(
            translation.filter
                == .or([.or([]), .doubt(.test(CatalogTest(.group, .equals("what"))))]))
    }

    @Test func `of a record alone is less certain than of its access`() throws {
        // The row of an access says of all its records together which values they commit to.
        #expect(try translation("has:who", .access).isExact)
        #expect(try !translation("has:who", .record).isExact)
        #expect(try translation("index:5..9", .record).isExact)
    }
}
