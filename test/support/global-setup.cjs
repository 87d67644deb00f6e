// Jest runs this once before all suites. The variable reaches the workers, which are started afterwards.
module.exports = async () => {
  const { RunHost } = await import('./run-host.mjs');
  globalThis.heliographRunHost = new RunHost();
  process.env.HELIOGRAPH_TEST_RUN = await globalThis.heliographRunHost.listen();
};
