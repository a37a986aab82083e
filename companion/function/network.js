// Addresses and networks of both families as texts of bits behind the number of the family: an address
// is in a network whose text it begins with.

const GROUPS = /^(?:[\da-fA-F]{1,4}:){7}[\da-fA-F]{1,4}(?!\n)$/;
const NUMBER = /^(?:0|[1-9]\d{0,2})(?!\n)$/;

/** `4` or `6` and its bits; undefined if it is no address. An IPv4-mapped address is the IPv4 one. */
export function readAddress(text) {
  const bits = bitsOf(text);
  return bits && (/^0{80}1{16}/.test(bits) ? "4" + bits.slice(96) : "6" + bits);
}

/** `4` or `6` and the bits of its prefix, whose length is required; undefined if it is no network. */
export function readNetwork(text) {
  const parts = text.split("/");
  const bits = bitsOf(parts[0]);
  const length = +parts[1];
  const isSix = text.indexOf(":") >= 0;
  if (bits && !parts[2] && NUMBER.test(parts[1]) && length <= (isSix ? 128 : 32)) {
    return isSix ? "6" + bits.slice(0, length) : "4" + bits.slice(96, 96 + length);
  }
}

/** 128 bits, of an IPv4 address those of the IPv4-mapped one (RFC 4291, 2.5.5.2). */
function bitsOf(text) {
  const quad = /^(.*:|)([^:.]+)\.([^:.]+)\.([^:.]+)\.([^:.]+)(?!\n)$/.exec(text);
  if (quad) {
    text = (quad[1] || "::ffff:") + group(quad[2], quad[3]) + ":" + group(quad[4], quad[5]);
  }
  const halves = text.split("::");
  const before = split(halves[0]);
  const after = split(halves[1]);
  const missing = 8 - before.length - after.length;
  // `::` stands for one group at least.
  if (halves.length < 3 && (halves.length < 2 ? !missing : missing > 0)) {
    const groups = before.concat("0".repeat(missing).split(""), after);
    if (GROUPS.test(groups.join(":"))) {
      return groups.map((one) => (parseInt(one, 16) + 65536).toString(2).slice(1)).join("");
    }
  }
}

/** Two octets as one group. What is none spells no group either. */
function group(high, low) {
  const isPair = NUMBER.test(high) && NUMBER.test(low) && high < 256 && low < 256;
  return isPair ? (high * 256 + +low).toString(16) : "-";
}

function split(half) {
  return half ? half.split(":") : [];
}
