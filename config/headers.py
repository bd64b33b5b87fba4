"""Headers that stand on every answer, whoever makes it (OWASP Secure Headers Project)."""

from csp.constants import NONE

# What a page might ask a browser for, and none of ours does.
FEATURES = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "screen-wake-lock",
    "usb",
)

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES),
    "Cross-Origin-Opener-Policy": "same-origin",
    # Another site's page can neither show nor embed it; who is on the CORS list reads it all the same.
    "Cross-Origin-Resource-Policy": "same-origin",
}

# Whatever is no page may load nothing and be nowhere shown, should a browser take it for one. Pages have a setting.
POLICY_OF_DATA = {"default-src": [NONE], "frame-ancestors": [NONE]}
