// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Reading large files piece by piece: bytes, and lines that say themselves where they end.

/// Something is not of its form; what that means for the rest is for whoever reads it to decide.
export class Unreadable extends Error {}

const piece = 1 << 18;
const mostLine = 1 << 20;

/// How long the page may be kept from anything else, in milliseconds.
const longest = 8;

/// Lets the page draw and listen.
const breath = () => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(null);
});

/// The one judging that goes on: how far it is, whether it is still wanted, and when the page has to breathe.
export class Work {
  /// - tell: is given the bytes done, and all there are.
  constructor(total, tell, signal) {
    this.total = total;
    this.done = 0;
    this.tell = tell;
    this.signal = signal;
    this.since = performance.now();
  }

  took(bytes) {
    this.done += bytes;
    this.tell(Math.min(this.done, this.total), this.total);
  }

  get isLate() {
    return performance.now() - this.since > longest;
  }

  /// Throws an AbortError once nobody waits for it.
  async pause() {
    this.signal?.throwIfAborted();
    await breath();
    this.signal?.throwIfAborted();
    this.since = performance.now();
  }

  /// The bytes of a part of a file.
  async read(blob) {
    this.signal?.throwIfAborted();
    try {
      return new Uint8Array(await blob.arrayBuffer());
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Unreadable(`the file can no longer be read (${error.name})`);
    }
  }
}

/// The bytes of a file in pieces; the next is read while one is looked at.
export async function* pieces(blob, work) {
  const from = (at) => (at < blob.size ? work.read(blob.slice(at, at + piece)) : null);
  let ahead = from(0);
  for (let at = 0; ahead; at += piece) {
    const bytes = await ahead;
    if (bytes.length !== Math.min(piece, blob.size - at)) throw new Unreadable('the file became shorter');
    ahead = from(at + piece);
    // Whoever stops reading here must not leave a failure that nobody hears of.
    ahead?.catch(() => {});
    work.took(bytes.length);
    yield bytes;
    if (work.isLate) await work.pause();
  }
}

const endMark = Uint8Array.from('{"end":true,', (c) => c.charCodeAt(0));
const isEnd = (line) => line.length >= endMark.length && endMark.every((byte, i) => line[i] === byte);

/// The lines of a file that ends in a line which counts them.
export class Lines {
  constructor(blob, work) {
    this.work = work;
    this.pieces = pieces(blob, work);
    this.buffer = new Uint8Array(0);
    this.at = 0;
    this.count = 0;
    this.isOver = false;
  }

  /// The next line if it is at hand, null behind the last, undefined where more has to be read; see next().
  take() {
    const end = this.buffer.indexOf(0x0a, this.at);
    if (end < 0) {
      if (this.buffer.length - this.at > mostLine) throw new Unreadable(`line ${this.count + 1} is too long`);
      return undefined;
    }
    const line = this.buffer.subarray(this.at, end);
    this.at = end + 1;
    if (this.isOver) throw new Unreadable('something follows the last line');
    if (line.length === 0 || line.length > mostLine) throw new Unreadable(`line ${this.count + 1} is empty or too long`);
    if (isEnd(line)) {
      const said = String.fromCharCode(...line.subarray(0, 64));
      if (said !== `{"end":true,"lines":${this.count}}`) throw new Unreadable('the last line counts other lines than there are');
      this.isOver = true;
      return this.take();
    }
    this.count++;
    return line;
  }

  /// The next line, or null behind the last. A line lives until the next one is asked for.
  async next() {
    for (;;) {
      const line = this.take();
      if (line !== undefined) return line;
      const { value, done } = await this.pieces.next();
      if (done) {
        if (!this.isOver || this.at < this.buffer.length) throw new Unreadable('the file is cut off: its last line is missing');
        return null;
      }
      const rest = this.buffer.subarray(this.at);
      const joined = new Uint8Array(rest.length + value.length);
      joined.set(rest);
      joined.set(value, rest.length);
      this.buffer = joined;
      this.at = 0;
    }
  }
}
