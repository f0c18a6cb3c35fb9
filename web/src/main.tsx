import { render } from 'preact';

import { hashOf, roomIn } from './address';
import { Chat } from './chat';
import { loadSettings, saveSettings } from './settings';
import { App } from './views/app';
import { Welcome } from './views/welcome';

import './style.css';

const lobby = 'lobby';
const place = document.getElementById('page')!;
const settings = loadSettings();

function start(name: string): void {
  settings.name = name;
  saveSettings(settings);
  const endpoint = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/connection/websocket`;
  const chat = new Chat(endpoint, settings);
  const room = roomIn(location.hash) || settings.rooms[0]?.room || lobby;
  history.replaceState(null, '', hashOf(room));
  chat.open(room);
  chat.visible(!document.hidden);
  document.addEventListener('visibilitychange', () => chat.visible(!document.hidden));
  chat.connect();
  render(<App chat={chat} />, place);
}

if (settings.name) start(settings.name);
else render(<Welcome room={roomIn(location.hash) || lobby} onName={start} />, place);
