"""Fixtures of the tests in this folder."""

from tests.helpers.browser_fixtures import browser as browser
from tests.helpers.browser_fixtures import page as page
from tests.helpers.browser_fixtures import phone as phone
from tests.helpers.browser_fixtures import warm as warm
