"""A listener's place in a hub: what waits for them, and how far they have heard."""

from forum.live_reading import Listener, Standing
from realtime.waiting import Waiting


class Seat(Waiting):
    """What one open page still has to get. `cursor` is the number of the last event put into its queue."""

    def __init__(self, listener: Listener, cursor: int, standing: Standing) -> None:
        super().__init__()
        self.listener = listener
        self.cursor = cursor
        self.standing = standing  # how the room stood as the page was last told
        self.is_live = False  # caught up: hears each event as it happens
