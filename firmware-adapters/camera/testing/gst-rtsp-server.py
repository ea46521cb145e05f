"""An RTSP camera on GStreamer's server, for interop tests: H.264 of a bouncing ball at 15 frames a second.

Usage: /usr/bin/python3 gst-rtsp-server.py [--port N] [--user NAME --password WORD [--basic]] [--size WIDTHxHEIGHT]
Prints "ready PORT" when it listens on 127.0.0.1; the stream is at /stream. "size WIDTHxHEIGHT" on standard input
changes the picture's size in the middle of the stream.
"""

import argparse
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

PIPELINE = (
    "( videotestsrc is-live=true pattern=ball ! capsfilter name=size caps={caps}"
    " ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=400 key-int-max=15"
    " ! rtph264pay name=pay0 pt=96 config-interval=1 )"
)


def caps(size):
    width, height = size.split("x")
    return f"video/x-raw,format=I420,width={width},height={height},framerate=15/1"


def protect(server, factory, options):
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC if options.basic else GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if options.basic:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(options.user, options.password), token)
    else:
        auth.add_digest(options.user, options.password, token)
    server.set_auth(auth)
    role = Gst.Structure.new_from_string("viewer,media.factory.access=true,media.factory.construct=true")
    factory.add_role_from_structure(role)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", default="0")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--basic", action="store_true")
    parser.add_argument("--size", default="320x240")
    options = parser.parse_args()

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(PIPELINE.format(caps=caps(options.size)))
    factory.set_shared(True)
    if options.user is not None:
        protect(server, factory, options)

    filters = []

    def on_configure(_, media):
        filters[:] = [media.get_element().get_by_name("size")]

    factory.connect("media-configure", on_configure)
    server.get_mount_points().add_factory("/stream", factory)
    if server.attach(None) == 0:
        sys.exit("cannot listen")

    def on_input(*_):
        line = sys.stdin.readline()
        if line == "":
            return False
        for element in filters:
            element.set_property("caps", Gst.Caps.from_string(caps(line.split()[1])))
        return True

    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_IN, on_input)
    print("ready", server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


main()
