/** Tagged fields on top of @bufbuild/protobuf's BinaryWriter: the one place that knows wire types. */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

export { BinaryWriter };

/** An embedded message. */
export function message(writer: BinaryWriter, field: number, body: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  body();
  writer.join();
}

export function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

export function bytes(writer: BinaryWriter, field: number, value: Uint8Array): void {
  writer.tag(field, WireType.LengthDelimited).bytes(value);
}

/** int32, int64 and enums. */
export function integer(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

export function flag(writer: BinaryWriter, field: number, value: boolean): void {
  writer.tag(field, WireType.Varint).bool(value);
}

export function float(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Bit32).float(value);
}
