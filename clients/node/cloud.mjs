// Loaded before a program that knows the cloud's own host names alone: what it would send
// to port 443 of them goes to the test's front, STEAD_FRONT, which bears their names.
import tls from "node:tls";
import { syncBuiltinESMExports } from "node:module";

const front = new URL(process.env.STEAD_FRONT);
const connect = tls.connect;
tls.connect = (...args) => {
  const options = typeof args[0] === "object" ? args[0] : undefined;
  const name = options && (options.servername || options.host || options.hostname);
  if (name && /\.(dynamics|microsoftonline)\.com$/.test(name)) {
    args[0] = { ...options, host: front.hostname, hostname: front.hostname, port: Number(front.port), servername: name, session: undefined };
  }
  return connect(...args);
};
syncBuiltinESMExports();
