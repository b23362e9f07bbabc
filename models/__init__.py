"""Speech engines, each a server of its own that speaks SageMaker's contract: GET /ping, POST /invocations."""
