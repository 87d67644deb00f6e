/** Injection token of the GatewayConfig. */
export const CONFIG = Symbol('GatewayConfig');

/** Injection token of the Clock. */
export const CLOCK = Symbol('Clock');

/** Injection token of the Logger. */
export const LOGGER = Symbol('Logger');

/** Injection token of the Db whose small pool serves the webhook inbox only. */
export const INGEST_DB = Symbol('IngestDb');
