"""The pages in the order in which they tell their story: each with a question, and a line on what came before."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StoryPage:
    """A page as the navigation, its title and the tour name it.

    Attributes
    ----------
    folder
        Folder below ``pages/``; also its address, except for the first page, which has none.
    name
        In the navigation and in the browser's tab.
    question
        The page's title.
    icon
        A Material symbol.
    recap
        One line that leads from the page before to this one; true of every pair of models.
    """

    folder: str
    name: str
    question: str
    icon: str
    recap: str = ""

    @property
    def file(self) -> str:
        """Path of the page's script, seen from the router."""
        return f"{self.folder}/{self.folder}.py"


START = StoryPage(
    "start",
    "Start",
    "Half the bits, the same answers?",
    ":material/home:",
    "One network that reads handwritten digits, twice: each weight in 32 bits (float32), and rounded to 16 (float16).",
)

TOUR = (
    StoryPage(
        "digits",
        "Digits",
        "What do both models see?",
        ":material/grid_view:",
        "Two files hold one network: the reference in float32 and the target in float16. First, their answers.",
    ),
    StoryPage(
        "bits",
        "Weights and bits",
        "What is dropped?",
        ":material/memory:",
        "You have seen both models answer. Now the weights behind the answers, bit by bit.",
    ),
    StoryPage(
        "layers",
        "Layers",
        "Where does the error go?",
        ":material/layers:",
        "You have seen what rounding does to a weight. Follow the errors through the network.",
    ),
    StoryPage(
        "answers",
        "Answers",
        "Does it matter?",
        ":material/target:",
        "The errors have reached the logits. Compare them with the margins of all answers.",
    ),
    StoryPage(
        "limits",
        "Limits",
        "When does it break?",
        ":material/tune:",
        "So far, float16 as it is. Now fewer bits, and weights at the ends of its range.",
    ),
    StoryPage(
        "size",
        "Size and speed",
        "What do I gain?",
        ":material/speed:",
        "You know the price of float16. Here is what it buys: bytes, and time on some hardware.",
    ),
    StoryPage(
        "luck",
        "Luck",
        "Was it luck?",
        ":material/casino:",
        "So far, one network. Now the same training hundreds of times, each from another seed.",
    ),
    StoryPage(
        "claims",
        "Claims and words",
        "What does the tutorial say, and is it so?",
        ":material/fact_check:",
        "You have seen the evidence. These are the tutorial’s claims, each with a verdict.",
    ),
)
"""The pages of the tour, after the first one."""

OWN = (
    StoryPage("train", "Train", "How does float16 fare while the model learns?", ":material/model_training:"),
    StoryPage("your_model", "Your model", "Is float16 safe for my model?", ":material/upload_file:"),
)
"""Pages for a visitor's own models."""


def neighbours(page: StoryPage) -> tuple[StoryPage | None, StoryPage | None]:
    """The pages before and after a page: in the tour, or from a page of one's own models back to the start."""
    path = (START, *TOUR)
    if page not in path:
        return START, None
    place = path.index(page)
    return path[place - 1] if place else None, path[place + 1] if place + 1 < len(path) else None


def place_text(page: StoryPage) -> str:
    """Place of a page in the tour, such as "3 of 7"; empty outside of it."""
    return f"{TOUR.index(page) + 1} of {len(TOUR)}" if page in TOUR else ""
