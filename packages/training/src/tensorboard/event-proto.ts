/**
 * The few fields of TensorBoard's Event message that scalars need, encoded by hand on protobuf's
 * wire writer: a code generator for three messages would be more to read than the messages.
 * Field numbers: tensorflow/core/util/event.proto and framework/summary.proto.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

export type TensorBoardEvent =
  /** First record of every file. */
  | { readonly kind: "version" }
  /** Makes TensorBoard drop what earlier files say about this step and later ones. */
  | { readonly kind: "restart"; readonly step: number }
  | {
      readonly kind: "scalars";
      readonly step: number;
      readonly scalars: Readonly<Record<string, number>>;
    };

const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2 } as const;
const SESSION_LOG = { status: 1, start: 1 } as const;

/** The bytes of one Event. @param wallTime seconds since 1970. */
export function encodeEvent(event: TensorBoardEvent, wallTime: number): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(EVENT.wallTime, WireType.Bit64).double(wallTime);
  switch (event.kind) {
    case "version":
      writer.tag(EVENT.fileVersion, WireType.LengthDelimited).string("brain.Event:2");
      break;
    case "restart":
      writer.tag(EVENT.step, WireType.Varint).int64(event.step);
      writer.tag(EVENT.sessionLog, WireType.LengthDelimited).fork();
      writer.tag(SESSION_LOG.status, WireType.Varint).int32(SESSION_LOG.start).join();
      break;
    case "scalars":
      writer.tag(EVENT.step, WireType.Varint).int64(event.step);
      writer.tag(EVENT.summary, WireType.LengthDelimited).fork();
      for (const [tag, value] of Object.entries(event.scalars)) {
        writer.tag(SUMMARY.value, WireType.LengthDelimited).fork();
        writer.tag(VALUE.tag, WireType.LengthDelimited).string(tag);
        // float takes no number past its range, but takes Infinity
        writer.tag(VALUE.simpleValue, WireType.Bit32).float(Math.fround(value)).join();
      }
      writer.join();
      break;
    default:
      return event satisfies never;
  }
  return writer.finish();
}
