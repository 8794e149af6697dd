"""The story of one call, with the PyPI package `asyncari`."""

import os
from urllib.parse import urlparse

import anyio
import asyncari


def say(line):
    print(line, flush=True)


async def story(ari):
    bridge = None
    events = aiter(ari)
    say("connected")
    async for event in events:
        if event.type == "StasisStart":
            say("StasisStart " + ",".join(event["args"]))
            channel = event.channel
            await channel.answer()
            say("answered")
            await channel.play(media="sound:beep")
        elif event.type in ("PlaybackStarted", "PlaybackFinished"):
            say(f"{event.type} {event['playback']['media_uri']}")
        elif event.type == "ChannelDtmfReceived":
            say(f"digit {event.digit}")
            if event.digit == "#":
                bridge = await ari.bridges.create(type="mixing")
                await bridge.addChannel(channel=event.channel.id)
        elif event.type == "ChannelEnteredBridge":
            seen = await ari.bridges.get(bridgeId=bridge.id)
            say(f"{len(seen.json['channels'])} channel in a {seen.json['bridge_type']} bridge")
            await event.channel.hangup()
        elif event.type == "StasisEnd":
            say("StasisEnd")
            await bridge.destroy()
            say("bridge destroyed")
            return


async def main():
    root = urlparse(os.environ["ARI_URL"])
    server = f"{root.scheme}://{root.netloc}/"
    user, password = os.environ["ARI_USER"], os.environ["ARI_PASSWORD"]
    async with asyncari.connect(server, os.environ["ARI_APP"], user, password) as ari:
        await story(ari)


anyio.run(main)
