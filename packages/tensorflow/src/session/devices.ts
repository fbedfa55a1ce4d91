/** The devices that TensorFlow finds on this machine, as sessions see them. */
import { type CApi, loadCApi, type Pointer, type TensorFlowLibraries } from "./c-api.ts";
import { withStatus } from "./errors.ts";

export interface FoundDevice {
  /** "/job:localhost/replica:0/task:0/device:GPU:0" */
  readonly name: string;
  /** "CPU", "GPU", "XLA_CPU" */
  readonly type: string;
  readonly memoryBytes: number;
}

export function listDevices(libraries: TensorFlowLibraries): FoundDevice[] {
  const api = loadCApi(libraries);
  const graph = api.newGraph();
  const options = api.newSessionOptions();
  try {
    const session = withStatus(api, "listDevices", (status) =>
      api.newSession(graph, options, status),
    );
    try {
      return readDevices(api, session);
    } finally {
      withStatus(api, "TF_CloseSession", (status) => api.closeSession(session, status));
      withStatus(api, "TF_DeleteSession", (status) => api.deleteSession(session, status));
    }
  } finally {
    api.deleteSessionOptions(options);
    api.deleteGraph(graph);
  }
}

function readDevices(api: CApi, session: Pointer): FoundDevice[] {
  const list = withStatus(api, "TF_SessionListDevices", (status) =>
    api.sessionDevices(session, status),
  );
  try {
    return Array.from({ length: api.deviceCount(list) }, (_, index) => ({
      name: withStatus(api, "TF_DeviceListName", (status) => api.deviceName(list, index, status)),
      type: withStatus(api, "TF_DeviceListType", (status) => api.deviceType(list, index, status)),
      memoryBytes: Number(
        withStatus(api, "TF_DeviceListMemoryBytes", (status) =>
          api.deviceMemory(list, index, status),
        ),
      ),
    }));
  } finally {
    api.deleteDevices(list);
  }
}
