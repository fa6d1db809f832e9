import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './app.css'
import { Places } from './app/places.js'
import { applyTheme } from './ui/theme.js'

applyTheme()

const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root to draw into')
createRoot(root).render(
  <StrictMode>
    <Places />
  </StrictMode>,
)
