/** Reads TensorBoard event files with nothing of src/: a bitwise checksum and a bare varint parser. */

/** Splits a file into records; both checksums of each must hold. */
export function readRecords(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  let position = 0;
  while (position < file.length) {
    const length = Number(file.readBigUInt64LE(position));
    const data = file.subarray(position + 12, position + 12 + length);
    assertChecksum(file.subarray(position, position + 8), file.readUInt32LE(position + 8));
    assertChecksum(data, file.readUInt32LE(position + 12 + length));
    records.push(data);
    position += 16 + length;
  }
  return records;
}

/** Undoes the mask, then divides bit by bit: x^32 + … of Castagnoli, reflected. */
function assertChecksum(bytes: Buffer, masked: number): void {
  const rotated = (masked - 0xa282ead8) >>> 0;
  const expected = ((rotated << 15) | (rotated >>> 17)) >>> 0;
  let remainder = 0xffffffffn;
  for (const byte of bytes) {
    remainder ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1n ? (remainder >> 1n) ^ 0x82f63b78n : remainder >> 1n;
    }
  }
  const actual = Number(remainder ^ 0xffffffffn);
  if (actual !== expected) throw new Error(`checksum: expected ${expected}, got ${actual}`);
}

export interface DecodedEvent {
  wallTime?: number;
  step?: number;
  fileVersion?: string;
  sessionStatus?: number;
  scalars?: Record<string, number>;
}

export function decodeMessage(bytes: Buffer): DecodedEvent {
  const event: DecodedEvent = {};
  for (const { field, value } of fieldsOf(bytes)) {
    if (field === 1) event.wallTime = (value as Buffer).readDoubleLE();
    else if (field === 2) event.step = value as number;
    else if (field === 3) event.fileVersion = (value as Buffer).toString();
    else if (field === 5) event.scalars = decodeSummary(value as Buffer);
    else if (field === 7) event.sessionStatus = fieldsOf(value as Buffer)[0]?.value as number;
    else throw new Error(`unknown field ${field}`);
  }
  return event;
}

function decodeSummary(bytes: Buffer): Record<string, number> {
  return Object.fromEntries(
    fieldsOf(bytes).map(({ value }) => {
      const [tag, simple] = fieldsOf(value as Buffer).map((field) => field.value as Buffer);
      return [String(tag), simple?.readFloatLE() ?? Number.NaN];
    }),
  );
}

function fieldsOf(bytes: Buffer): { field: number; value: number | Buffer }[] {
  const fields: { field: number; value: number | Buffer }[] = [];
  let position = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[position++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => {
    position += length;
    return bytes.subarray(position - length, position);
  };
  while (position < bytes.length) {
    const tag = varint();
    const wire = tag & 7;
    const value = wire === 0 ? varint() : take(wire === 1 ? 8 : wire === 5 ? 4 : varint());
    fields.push({ field: tag >> 3, value });
  }
  return fields;
}
