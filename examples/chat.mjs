import { Centrifuge } from "centrifuge";
import WebSocket from "ws";

const server = process.argv[2] ?? "ws://127.0.0.1:9501/connection/websocket";
const client = new Centrifuge(server, { websocket: WebSocket, data: { name: "Bob" } });
const lobby = client.newSubscription("lobby");

lobby.on("publication", ({ data, info }) => console.log(`${info?.connInfo?.name ?? "-"}: ${data.text}`));
lobby.on("subscribed", () => lobby.publish({ text: "Hello from the SDK" }));
lobby.subscribe();
client.connect();
