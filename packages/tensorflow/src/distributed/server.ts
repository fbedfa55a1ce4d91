/**
 * TensorFlow's own server in this process: other workers reach its devices over gRPC. It asks nobody who they
 * are, and whoever reaches its port can run graphs here, so clusters belong into a private network. It ends
 * with the process: TensorFlow has no other way to stop one.
 */
import { BinaryWriter, integer, message, text } from "../graph/proto-writer.ts";
import { loadCApi, type TensorFlowLibraries } from "../session/c-api.ts";
import { encodeConfig, type SessionConfig, type SessionServer } from "../session/config.ts";
import { TensorFlowError, withStatus } from "../session/errors.ts";
import { ClusterError } from "./errors.ts";
import { type Member, type Membership, taskPath } from "./membership.ts";

/** @param threads inside one operation, of all sessions on the server. Default: one a core. */
export function startServer(
  libraries: TensorFlowLibraries,
  { members, rank }: Pick<Membership, "members" | "rank">,
  { threads }: { readonly threads?: number | undefined } = {},
): SessionServer {
  const api = loadCApi(libraries);
  const self = members[rank] as Member;
  const task = taskPath(self);
  const leader = taskPath(members[0] as Member);
  const bytes = encodeServer(members, self, {
    ...(threads === undefined ? {} : { intraOpThreads: threads }),
    server: { target: "", task, leader },
  });
  try {
    const server = withStatus(api, "TF_NewServer", (status) =>
      api.newServer(bytes, bytes.byteLength, status),
    );
    withStatus(api, "TF_ServerStart", (status) => api.startServer(server, status));
    return { target: api.serverTarget(server), task, leader };
  } catch (cause) {
    if (!(cause instanceof TensorFlowError)) throw cause;
    throw new ClusterError(
      `startServer: expected to open ${self.address} for ${self.name}, got ${cause.code}; is the port taken, by another process of the same --task perhaps?`,
      { cause },
    );
  }
}

/**
 * ServerDef (tensorflow/core/protobuf/tensorflow_server.proto, cluster.proto): cluster = 1 → job = 1 → name = 1,
 * tasks = 2 (a map: key = 1, value = 2); job_name = 2, task_index = 3, default_session_config = 4, protocol = 5.
 */
function encodeServer(members: readonly Member[], self: Member, config: SessionConfig): Uint8Array {
  const writer = new BinaryWriter();
  message(writer, 1, () => {
    for (const type of new Set(members.map(({ task }) => task.type))) {
      message(writer, 1, () => {
        text(writer, 1, type);
        for (const { task, address } of members.filter(({ task }) => task.type === type)) {
          message(writer, 2, () => {
            integer(writer, 1, task.index);
            text(writer, 2, address);
          });
        }
      });
    }
  });
  text(writer, 2, self.task.type);
  integer(writer, 3, self.task.index);
  message(writer, 4, () => writer.raw(encodeConfig(config)));
  text(writer, 5, "grpc");
  return writer.finish();
}
