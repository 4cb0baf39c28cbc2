"""What the server runs: pages over HTTP, live rooms and the desk over sockets."""

import gc
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
pages = get_asgi_application()  # before anything that imports models

from channels.routing import ProtocolTypeRouter  # noqa: E402  (models are loaded only now)

from realtime.alone import be_alone  # noqa: E402  (models are loaded only now)
from realtime.routing import sockets  # noqa: E402  (models are loaded only now)

be_alone()
application = ProtocolTypeRouter({"http": pages, "websocket": sockets})

# What is loaded by now, the rules above all, lives as long as the server. Going through it again and again would hold
# up every live room, each time for some tenths of a second.
gc.collect()
gc.freeze()
