"""Why a bill differs from another one, to the cent and in words."""
