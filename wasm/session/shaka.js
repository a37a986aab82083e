// @ts-check

/** @typedef {import("./fetch.js").PlayerSession} PlayerSession */
/**
 * @typedef {object} Shaka What is needed of Shaka Player's namespace.
 * @property {object} net
 * @property {any} net.HttpFetchPlugin
 * @property {any} net.NetworkingEngine
 * @property {object} util
 * @property {any} util.Error
 */

/**
 * Makes the players of this page send the cookies of the pass along, and where the edge refuses get a
 * new pass and ask once more. Shaka hears of the refusal if that does not help. Once, before loading:
 * Shaka has one way to fetch for all players, and no filter that sees a 403.
 *
 * @param {Shaka} shaka
 * @param {PlayerSession} session
 */
export function registerShaka({ net: { HttpFetchPlugin, NetworkingEngine }, util }, session) {
  const { BAD_HTTP_STATUS } = util.Error.Code;

  /**
   * @param {string} uri
   * @param {any} request
   * @param {...unknown} rest
   */
  const fetchUri = (uri, request, ...rest) => {
    if (!session.covers(uri)) return HttpFetchPlugin.parse(uri, request, ...rest);
    request.allowCrossSiteCredentials = true;
    const sentAt = performance.now();
    const attempt = () => HttpFetchPlugin.parse(uri, request, ...rest);
    return attempt().chain(undefined, async (/** @type {any} */ error) => {
      const refused = error.code === BAD_HTTP_STATUS && error.data[1] === 403;
      if (refused && (await session.recover(sentAt))) return attempt().promise;
      throw error;
    });
  };

  const { APPLICATION } = NetworkingEngine.PluginPriority;
  for (const scheme of ["http", "https"]) {
    NetworkingEngine.registerScheme(scheme, fetchUri, APPLICATION, true);
  }
}
