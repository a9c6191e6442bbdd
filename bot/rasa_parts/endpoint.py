"""Where Rasa's custom actions run, with a limit on how long a person waits for them."""
from __future__ import annotations

import asyncio
from typing import Any, Optional

import aiohttp
from rasa.utils.endpoints import EndpointConfig

PATIENCE = 1.5  # seconds; then the safety policy sends the static referral


class ActionEndpoint(EndpointConfig):
    """The action server, given up on after PATIENCE. Rasa itself would wait for five minutes, and hold the conversation."""

    @classmethod
    def of(cls, endpoint: Optional[EndpointConfig]) -> Optional["ActionEndpoint"]:
        """The same address as in endpoints.yml. The domain is not sent along with every call: no action needs it."""
        if endpoint is None:
            return None
        at = (endpoint.url, endpoint.params, endpoint.headers, endpoint.basic_auth, endpoint.token, endpoint.token_name)
        return cls(*at, enable_selective_domain=True)

    async def request(  # type: ignore[override]
        self,
        method: str = "post",
        subpath: Optional[str] = None,
        content_type: Optional[str] = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Rasa's own request, with our limit in place of its own. Raises aiohttp.ClientError, which Rasa expects."""
        kwargs["timeout"] = aiohttp.ClientTimeout(total=PATIENCE)
        try:
            return await super().request(method, subpath, content_type, compress, **kwargs)
        except asyncio.TimeoutError as error:
            raise aiohttp.ServerTimeoutError(f"no answer within {PATIENCE} seconds") from error
