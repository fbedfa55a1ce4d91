/**
 * Data to picture: `(data, options) → element`. The document is an option, so the same functions draw
 * in the browser and, where the renderer is SVG, in Node.
 *
 * @example
 * const scale = createColorScale({ kind: "diverging", domain: [-1, 1] });
 * const figure = heatMap(matrixFromRows(similarity), {
 *   document, title: "Similarity of amino acids", legendTitle: "Pearson r", colorScale: scale,
 *   rowLabels: [...residues], columnLabels: [...residues], highlights: [{ row: 2, column: 3 }],
 * });
 */
export { type Arc, type ArcDiagramOptions, arcDiagram } from "./arc-diagram.ts";
export { type AttentionFigureOptions, attentionFigure } from "./attention-figure.ts";
export {
  type AttentionGridOptions,
  attentionGrid,
  type HeadPosition,
  selectHead,
} from "./attention-grid.ts";
export type { AttentionGridData, ColorDomain } from "./attention-maps.ts";
export type { CellPosition } from "./cell-pointer.ts";
export type { ChartTheme } from "./chart-theme.ts";
export {
  type ColorScale,
  type ColorScaleOptions,
  createColorScale,
  divergingScaleFor,
  sequentialScaleFor,
} from "./color-scale.ts";
export { type ContactFigureOptions, type ContactMapData, contactFigure } from "./contact-figure.ts";
export { curvesTop } from "./curves-config.ts";
export { drawFigure, type Figure, type FigureOptions } from "./figure.ts";
export { type HeatMapOptions, heatMap } from "./heat-map.ts";
export type { HeatMapCell } from "./heat-map-cells.ts";
export { type LineChartData, type LineChartOptions, lineChart } from "./line-chart.ts";
export type { LinePoint, LineSeries } from "./line-chart-series.ts";
export { type MapWindow, panWindow, wholeWindow, zoomWindow } from "./map-window.ts";
export { type Matrix, matrixFromRows } from "./matrix.ts";
export { countText, type NumberTextOptions, numberText } from "./number-text.ts";
export { addPanZoom, type PanZoomOptions } from "./pan-zoom.ts";
export { pointAt } from "./point-at.ts";
export { type MapPoint, type PointColors, type PointMapOptions, pointMap } from "./point-map.ts";
export { canvasUrl, type Raster } from "./raster.ts";
export { type ProfileBar, type ResidueProfileOptions, residueProfile } from "./residue-profile.ts";
export { csvText, picturePng, pictureSvg } from "./save-picture.ts";
export { type ScatterPlotOptions, type ScatterPoint, scatterPlot } from "./scatter-plot.ts";
export { type SequenceMapData, type SequenceMapOptions, sequenceMap } from "./sequence-map.ts";
export { type SideBySideOptions, sideBySide } from "./side-by-side.ts";
export { type DrawingWindow, standaloneSvg, svgText } from "./standalone-svg.ts";
export {
  type CurveBaseline,
  type TrainingCurves,
  type TrainingCurvesData,
  type TrainingCurvesOptions,
  trainingCurves,
} from "./training-curves.ts";
export {
  type CurveMetric,
  type CurvePoint,
  curveMetrics,
  metricOf,
  smoothSeries,
  TrainingSeries,
} from "./training-series.ts";
