/**
 * What differs from PostgreSQL's own defaults, for one service and its tests on a small machine. Durability is not
 * touched: fsync and synchronous_commit stay on, as an accepted message must survive a power cut.
 */
export const DEFAULT_SETTINGS: Readonly<Record<string, string>> = {
  /** PostgreSQL's own default, said aloud: initdb tries smaller values on a machine that is short of memory just then. */
  shared_buffers: '128MB',
  /** Connections of the pools of a few processes; each idle one costs some MB. */
  max_connections: '100',
  /** Full-page images are most of the log after each checkpoint; compressing them costs little processor. */
  wal_compression: 'on',
  /** Short indexed statements only: compiling them costs more than running them. */
  jit: 'off',
  /** Parallel queries put their memory into /dev/shm, which has 64 MB in a container by default, and we have none to gain. */
  max_parallel_workers_per_gather: '0',
  /** The machine's zone at the time of initdb would be written into the data otherwise. */
  timezone: 'UTC',
  log_timezone: 'UTC',
  /** Shown in the process list, to tell this server from others. */
  cluster_name: 'heliograph',
};

/** Not for options to change: nobody but this machine may connect, and a socket file would need a folder of its own. */
const FIXED_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  /** The log is read from stderr; a collector would take it away. */
  logging_collector: 'off',
  log_destination: 'stderr',
};

/** Command-line arguments for the defaults, the caller's settings over them, and what is fixed over both. */
export function settingArgs(settings: Readonly<Record<string, string>>, port: number): string[] {
  const all = { ...DEFAULT_SETTINGS, ...settings, ...FIXED_SETTINGS, port: String(port) };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
