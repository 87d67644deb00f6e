import { fileURLToPath } from 'node:url';

/** Package of every service and message of ours. */
export const PROTO_PACKAGE = 'heliograph.v1';

/** Folder that imports of the protos are relative to. */
export const PROTO_ROOT = fileURLToPath(new URL('.', import.meta.url));

/** Folder of the protos of the package. */
export const PROTO_FOLDER = fileURLToPath(new URL('./heliograph/v1/', import.meta.url));
