import "./market-replay";
