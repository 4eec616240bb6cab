// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How much the thread that keeps a catalog takes of a machine that has no time to spare.
///
/// What it does is measured by what the system says of the thread: how long it ran, and how long it could have run and had
/// to wait. While nobody makes it wait, batches grow and follow each other. Where it has to, others need the processors,
/// and a low priority alone does not help them: whatever runs on one core slows down what runs beside it. Then each look
/// takes a small part of the machine's time and no more, and the catalog says how far behind it is.
package struct CatalogShare: Sendable {
    /// What the system says of a thread, since it began.
    package struct Use: Hashable, Sendable {
        /// How long it ran.
        package var run: Duration
        /// How long it could have run, and waited for a processor.
        package var waited: Duration

        package init(run: Duration, waited: Duration) {
            self.run = run
            self.waited = waited
        }
    }

    /// Fewest records of a batch: each batch costs something beside its records.
    static let fewestRecords: UInt64 = 512
    /// The part of the machine's time that is taken of others, as one of so many.
    static let part = 32
    /// Others need the processors where a thread waits for more than one part of so many of the time that it runs.
    static let tolerance = 5

    /// What each look may take of others.
    private let budget: Duration
    private var last: Use?
    private var spent = Duration.zero
    /// Most records of the next batch.
    package private(set) var mostRecords = fewestRecords
    /// Whether others needed the processors at the last batch.
    package private(set) var isContended = false

    /// - Parameters:
    ///   - processors: how many there are.
    ///   - interval: from one look to the next.
    package init(processors: Int, every interval: Duration) {
        budget = interval * max(processors, 1) / Self.part
    }

    /// A look begins.
    package mutating func begin(_ use: Use?) {
        last = use
        spent = .zero
    }

    /// A batch is done.
    ///
    /// - Parameter use: nil where the system does not say it; then nothing is limited.
    /// - Returns: whether another one may follow in this look.
    package mutating func mayGoOn(_ use: Use?) -> Bool {
        guard let use, let before = last else {
            last = use
            (isContended, mostRecords) = (false, CatalogFollower<SQLiteCatalog>.mostRecords)
            return true
        }
        last = use
        let (run, waited) = (use.run - before.run, use.waited - before.waited)
        spent += run
        isContended = waited * Self.tolerance > run
        guard isContended else {
            mostRecords = min(mostRecords * 2, CatalogFollower<SQLiteCatalog>.mostRecords)
            return true
        }
        mostRecords = Self.fewestRecords
        // The next one is taken to be like this one, so that a look stays within its budget.
        return spent + run <= budget
    }
}
